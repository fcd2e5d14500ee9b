// A client that does not give up: after a 503 or a lost connection the same call goes to another process.
import { setTimeout as wait } from 'node:timers/promises';

const ANSWER_MS = 20_000;
const SHORTEST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

export interface Shop {
  /** Where the processes listen; looked up for each attempt, since one that was started again has another port. */
  readonly urls: () => readonly string[];
  readonly apiKey: string;
  readonly giveUpMs: number;
}

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Counted {
  /** Asked again because no answer came, or a 503. */
  retries: number;
  /** Answers that nobody should get, or nothing for too long. */
  odd: string[];
}

export interface Heard {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a caller that reads what is not there fails.
  readonly body: any;
}

export const JSON_OF = (apiKey: string) => ({
  'content-type': 'application/json',
  authorization: `Bearer ${apiKey}`,
});

/**
 * @param expected statuses that are an answer; any other than 503 is noted as odd
 * @param turn which process is asked first
 */
export async function insist(
  shop: Shop,
  call: Call,
  expected: readonly number[],
  turn: number,
  counted: Counted,
): Promise<Heard | undefined> {
  const end = performance.now() + shop.giveUpMs;
  let last = '';
  for (let attempt = 0; performance.now() < end; attempt++) {
    const urls = shop.urls();
    const answer = await attempted(urls[(turn + attempt) % urls.length]!, call);
    if ('odd' in answer) {
      counted.odd.push(answer.odd);
      return undefined;
    }
    if ('status' in answer && answer.status !== 503) {
      if (expected.includes(answer.status)) return { status: answer.status, body: JSON.parse(answer.text) };
      counted.odd.push(`${call.method} ${call.path}: ${answer.status} ${answer.text}`);
      return undefined;
    }
    last = 'again' in answer ? answer.again : answer.text;
    counted.retries += 1;
    // Some luck in it, so that those who were cut off together do not come back together.
    await wait(Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** attempt) * (0.5 + Math.random()));
  }
  counted.odd.push(`given up after ${shop.giveUpMs} ms: ${last}`);
  return undefined;
}

async function attempted(
  url: string,
  { path, ...call }: Call,
): Promise<{ status: number; text: string } | { again: string } | { odd: string }> {
  try {
    const response = await fetch(url + path, { ...call, signal: AbortSignal.timeout(ANSWER_MS) });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    // A process that hangs is no lost connection: nobody should have to wait this long.
    if ((error as Error).name === 'TimeoutError') return { odd: `no answer within ${ANSWER_MS} ms` };
    return { again: String((error as Error).cause ?? error) };
  }
}
