// The log: one JSON object a line for machines, Node-RED's own lines on a terminal. Neither ever holds what could be
// typed at a station or opens the cloud.
type LogMessage = Readonly<Record<string, unknown>> & { readonly level: number; readonly msg?: unknown };

const LEVELS: Readonly<Record<number, string>> = {
  10: 'fatal',
  20: 'error',
  30: 'warn',
  40: 'info',
  50: 'debug',
  60: 'trace',
  98: 'audit',
  99: 'metric',
};

/**
 * Digits that could be a code (10, 12, 14 or 15, alone or in groups for reading), keys of 64 hexadecimal digits, and
 * whatever stands after Bearer.
 */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{64}\b/gi, '[key]'],
  // A station's provisioning as one text.
  [/\bOC1:[\w-]+/g, '[key]'],
  [/\bBearer\s+\S+/gi, 'Bearer [key]'],
  [/\boc_[\w-]{16,}/gi, '[key]'],
  // To the last @: whoever forgot to encode one in his password has not made the rest of it public.
  [/(:\/\/[^:/@\s]*):\S+@/g, '$1:[password]@'],
  [
    /(?<![\d.-])(?:\d{10}|\d{12}|\d{14}|\d{15}|\d{3} \d{3} \d{4}|\d{4} \d{4} \d{4}|\d{5} \d{4} \d{5}|\d{5} \d{5} \d{5})(?![\d.-])/g,
    '[code]',
  ],
];

export function withoutSecrets(text: string): string {
  return SECRETS.reduce((rest, [secret, instead]) => rest.replace(secret, instead), text);
}

/**
 * What errors may say of an address whose password was written without encoding what stands for something in an address:
 * of `user:1/secret@host` they name the port 1, and the database `secret@host`.
 */
export function withoutPiecesOf(url: string | undefined): (text: string) => string {
  const [, user = '', password = ''] = /^[a-z][\w+.-]*:\/\/([^:/@\s]*):(.*)@/is.exec(url ?? '') ?? [];
  const cuts = [...password.matchAll(/[/?#@:%\s\\[\]]/g)].map(({ index }) => index);
  if (cuts.length === 0) return (text) => text;
  const pieces = cuts.flatMap((at): [string, string][] => [
    [`${password.slice(at + 1)}@`, '[password]@'],
    [`${user}:${password.slice(0, at)}`, `${user}:[password]`],
  ]);
  pieces.push([password, '[password]']);
  // The longest first, or what is left of it would no longer be found.
  pieces.sort(([a], [b]) => b.length - a.length);
  return (text) =>
    pieces.reduce((rest, [piece, instead]) => (piece.length > 2 ? rest.replaceAll(piece, instead) : rest), text);
}

/** One line of the structured log. */
export function jsonLine({ level, msg, timestamp, ...rest }: LogMessage): string {
  const line: Record<string, unknown> = {
    time: new Date(typeof timestamp === 'number' ? timestamp : Date.now()).toISOString(),
    level: LEVELS[level] ?? String(level),
  };
  for (const name of ['type', 'name', 'id', 'z', 'event', 'user', 'path']) {
    if (rest[name] !== undefined) line[name] = typeof rest[name] === 'string' ? withoutSecrets(rest[name]) : rest[name];
  }
  if (msg instanceof Error) {
    line.message = withoutSecrets(msg.message);
    const { code } = msg as { code?: unknown };
    if (typeof code === 'string') line.code = code;
    if (level <= 20 && msg.stack) line.stack = withoutSecrets(msg.stack);
  } else if (msg !== undefined) {
    line.message = withoutSecrets(typeof msg === 'string' ? msg : safeText(msg));
  }
  return JSON.stringify(line);
}

function safeText(value: unknown): string {
  const { message } = (value ?? {}) as { message?: unknown };
  if (typeof message === 'string') return message;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

/** `LOG_FORMAT` is `json` or `text`; unless set, text on a terminal. `LOG_LEVEL` is one of Node-RED's. */
export function logging(env: NodeJS.ProcessEnv, isTerminal: boolean): Record<string, unknown> {
  const level = env.LOG_LEVEL || 'info';
  const format = env.LOG_FORMAT || (isTerminal ? 'text' : 'json');
  const clean = withoutPiecesOf(env.DATABASE_URL);
  const line = format === 'text' ? textLine : jsonLine;
  const write = (message: LogMessage) => process.stdout.write(`${clean(line(message))}\n`);
  return { console: { level: 'off' }, lines: { level, metrics: false, audit: false, handler: () => write } };
}

function textLine({ level, msg, type, name, id }: LogMessage): string {
  const time = new Date().toTimeString().slice(0, 8);
  const who = type === undefined ? '' : `${String(type)}${name ? ` “${String(name)}”` : ` ${String(id)}`}: `;
  const text = msg instanceof Error ? msg.message : typeof msg === 'string' ? msg : safeText(msg);
  return `${time} ${LEVELS[level] ?? level} ${who}${withoutSecrets(text)}`;
}
