// Statuses with names: a node says what happened, this class knows colour, shape and language.
import { logReadably } from './readable-errors.ts';
import type { NodeStatus, RED, RedNode } from './red.ts';

type Values = Readonly<Record<string, unknown>>;

const LOOKS = {
  ready: { fill: 'green', shape: 'ring' },
  active: { fill: 'green', shape: 'dot' },
  busy: { fill: 'blue', shape: 'dot' },
  waiting: { fill: 'yellow', shape: 'ring' },
  refused: { fill: 'yellow', shape: 'dot' },
  failed: { fill: 'red', shape: 'ring' },
} as const;

/** A status has room for this many characters before it runs into the node beside it. */
export const MOST_CHARACTERS = 29;
/** Words for the faults of all nodes of a charger, kept once. */
const CHARGER = '@offline-charging/node-red/charging-station:charging-station';

/**
 * The status under one node. Keys are looked up in the node's own catalogue below `<prefix>.status.`, faults below
 * `<prefix>.short.`; `prefix` is the name of the node's file, as `issue-code`. The whole sentence about a fault, below
 * `<prefix>.errors.`, is for the log: the errors of the node are logged in those words.
 * The same status twice is sent once: a busy node costs the editor nothing.
 */
export class Status {
  #shown = '';
  #said = '';
  #broken = false;
  readonly #red: RED;
  readonly #node: RedNode;
  readonly #prefix: string;

  constructor(red: RED, node: RedNode, prefix: string) {
    this.#red = red;
    this.#node = node;
    this.#prefix = prefix;
    logReadably(node, (error) => this.wordsFor(error));
  }

  /** Works, nothing going on. */
  ready(key = 'ready', values?: Values): void {
    this.#say(LOOKS.ready, key, values);
  }
  /** The good case: relay on, code issued, vehicle there. */
  active(key: string, values?: Values): void {
    this.#say(LOOKS.active, key, values);
  }
  busy(key: string, values?: Values): void {
    this.#say(LOOKS.busy, key, values);
  }
  /** Needs something from outside before it can go on. */
  waiting(key: string, values?: Values): void {
    this.#say(LOOKS.waiting, key, values);
  }
  /** A refusal that a user expects: an output, not an error. */
  refused(key: string, values?: Values): void {
    this.#say(LOOKS.refused, key, values);
  }
  /** Something is broken: the catalogue's short words for the error's code, else as much as fits of the long ones. */
  failed(error: unknown): void {
    const look = codeOf(error) === 'key-awaited' ? LOOKS.waiting : LOOKS.failed;
    this.#show(look, fitted(this.#shortFor(error)));
  }
  /** Broken until the next deploy: from now on the status says that, and nothing else. */
  broken(error: unknown): void {
    this.failed(error);
    this.#broken = true;
  }
  clear(): void {
    this.#show({}, '');
  }

  /** A text of the catalogue, `key` without the prefix. */
  text(key: string, values?: Values): string {
    return this.#red._(`${this.#prefix}.${key}`, values);
  }

  /** What a code is called that others made up: `key` of the catalogue (of another node's with `where`), else the code itself. */
  called(key: string, code: string, where = this.#prefix): string {
    const text = this.#red._(`${where}.${key}.${code}`);
    return text.endsWith(`${key}.${code}`) ? code : text;
  }

  /** What a person reads about an error: `errors.<code>` of the node's catalogue, or of the station's, when one has it. */
  wordsFor(error: unknown): string {
    return this.#ofOutlet(error, this.#sentenceFor(error));
  }

  #sentenceFor(error: unknown): string {
    const words = this.#lookUp('errors', error, (label) => this.#quoted(label));
    return words ?? (error instanceof Error ? error.message : String(error));
  }

  #shortFor(error: unknown): string {
    return this.#ofOutlet(error, this.#lookUp('short', error, (label) => label) ?? this.#sentenceFor(error));
  }

  /** The number goes before it where a node serves several outlets. */
  #ofOutlet(error: unknown, words: string): string {
    const outlet = (error as { outlet?: unknown } | null | undefined)?.outlet;
    return typeof outlet === 'number' ? `${outlet}: ${words}` : words;
  }

  #lookUp(part: 'errors' | 'short', error: unknown, write: (label: string) => string): string | undefined {
    const code = codeOf(error);
    if (code === undefined) return undefined;
    const detail = error instanceof Error ? error.message : String(error);
    const values = { detail, ...this.#labelled((error as { values?: Values }).values, write) };
    for (const catalogue of [this.#prefix, CHARGER]) {
      const key = `${part}.${code}`;
      const text = this.#red._(`${catalogue}.${key}`, values);
      if (!text.endsWith(key)) return text;
    }
    return undefined;
  }

  /** A setting goes by the label that stands in the dialog; a variable by its name, as it is. */
  #labelled(values: Values | undefined, write: (label: string) => string): Values | undefined {
    const label = (name: unknown): string | undefined => {
      const key = `label.${String(name)}`;
      const text = this.text(key);
      return text.endsWith(key) ? undefined : write(text);
    };
    const use = (name: unknown) => this.#red._(`${CHARGER}.line.${name}`);
    if (typeof values?.other === 'string') return { ...values, user: use(values.user), other: use(values.other) };
    if (typeof values?.user === 'string') return { ...values, user: use(values.user) };
    if (typeof values?.name !== 'string') return values;
    const part = typeof values.part === 'string' ? values.part : '';
    const [, other = '', held = ''] = /^(\w+)(=.*)$/s.exec(part) ?? [];
    const otherLabel = other === '' ? undefined : label(other);
    return {
      ...values,
      name: label(values.name) ?? values.name,
      ...(otherLabel !== undefined && { part: `${otherLabel}${held}` }),
    };
  }

  #quoted(label: string): string {
    const key = `${CHARGER}.quoted`;
    const text = this.#red._(key, { label });
    return text.endsWith('.quoted') ? label : text;
  }

  /** Words are looked up only when something else is said than before. */
  #say(look: NodeStatus, key: string, values?: Values): void {
    if (this.#broken) return;
    const said = `${look.fill}/${look.shape}/${key}${values === undefined ? '' : JSON.stringify(values)}`;
    if (said === this.#said) return;
    const text = this.text(`status.${key}`, values);
    // Without a catalogue the key itself comes back: it stays whole, for whoever looks for it.
    this.#show(look, text.endsWith(`status.${key}`) ? text : fitted(text));
    this.#said = said;
  }

  #show(look: NodeStatus, text: string): void {
    if (this.#broken) return;
    this.#said = '';
    const shown = `${look.fill}/${look.shape}/${text}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#node.status(text === '' ? {} : { ...look, text });
  }
}

/** The `code` that every fault of this pack carries. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

function fitted(text: string): string {
  const characters = [...text];
  return characters.length <= MOST_CHARACTERS
    ? text
    : `${characters
        .slice(0, MOST_CHARACTERS - 1)
        .join('')
        .trimEnd()}…`;
}
