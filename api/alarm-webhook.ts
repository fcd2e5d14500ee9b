// Tells alarms to an address of the operator's, signed as Standard Webhooks has it (https://www.standardwebhooks.com). What is
// not taken is told again; the id is the same each time, so that a receiver knows what it heard before.
import type { Alarm, Ledger } from '../charging/cloud/ledger.ts';

/** Where replicas share a ledger, another one may have raised it. */
const LOOK_MS = 15_000;
const PATIENCE_MS = 10_000;
const SAY_AGAIN_MS = 3_600_000;

export interface AlarmWebhookSettings {
  readonly url: string;
  /** `whsec_` and base64 of 24 to 64 bytes. */
  readonly secret: string;
}

type Sign = (id: string, at: Date, body: string) => string;

export class AlarmWebhook {
  readonly #settings: AlarmWebhookSettings;
  readonly #ledger: () => Promise<Ledger>;
  readonly #warn: (text: string) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #closing = new AbortController();
  #sign: Promise<Sign> | undefined;
  #telling: Promise<void> | undefined;
  #again = false;
  #warnedAt = Number.NEGATIVE_INFINITY;

  constructor(settings: AlarmWebhookSettings, ledger: () => Promise<Ledger>, warn: (text: string) => void) {
    this.#settings = settings;
    this.#ledger = ledger;
    this.#warn = warn;
    this.#timer = setInterval(() => this.wake(), LOOK_MS).unref();
  }

  /** Something may be there to be told. */
  wake(): void {
    this.#again = true;
    this.#telling ??= this.#tellAll().finally(() => {
      this.#telling = undefined;
    });
  }

  async #tellAll(): Promise<void> {
    while (this.#again && !this.#closing.signal.aborted) {
      this.#again = false;
      try {
        const ledger = await this.#ledger();
        for (const alarm of await ledger.takeDueAlarms()) {
          if (await this.#tell(alarm)) await ledger.alarmTold({ id: alarm.id });
        }
      } catch (error) {
        this.#say(error instanceof Error ? error.message : String(error));
      }
    }
  }

  async #tell(alarm: Alarm): Promise<boolean> {
    const at = new Date();
    const body = JSON.stringify({ type: `alarm.${alarm.kind}`, timestamp: alarm.raisedAt, data: alarm });
    this.#sign ??= signer(this.#settings.secret);
    try {
      const headers = {
        'content-type': 'application/json',
        'webhook-id': alarm.id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': (await this.#sign)(alarm.id, at, body),
      };
      const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(PATIENCE_MS)]);
      const answer = await fetch(this.#settings.url, { method: 'POST', headers, body, redirect: 'manual', signal });
      await answer.body?.cancel();
      if (answer.ok) return true;
      this.#say(`it answered ${answer.status}`);
    } catch (error) {
      const { cause, message } = error as Error;
      this.#say(cause instanceof Error ? cause.message : message);
    }
    return false;
  }

  #say(why: string): void {
    if (this.#closing.signal.aborted || performance.now() - this.#warnedAt < SAY_AGAIN_MS) return;
    this.#warnedAt = performance.now();
    this.#warn(`An alarm could not be told to the webhook: ${why}. It is tried again, for three days.`);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closing.abort();
    await this.#telling;
  }
}

/** The package is optional: who tells no webhook does not need it. */
async function signer(secret: string): Promise<Sign> {
  const { Webhook } = await import('standardwebhooks').catch(() => {
    throw new Error('the package standardwebhooks is missing: npm install standardwebhooks');
  });
  const webhook = new Webhook(secret);
  return (id, at, body) => webhook.sign(id, at, body);
}
