// station.env as the services get it: by the rules of systemd's EnvironmentFile (systemd.exec(5)), which are not those
// of a shell. Whoever reads the file otherwise may see another level of the relay than the guard does.
import { readFileSync } from 'node:fs';

/** Where the installer puts it. */
export const SETTINGS_FILE = '/etc/offline-charging/station.env';

export interface SettingsFile {
  readonly variables: Readonly<Record<string, string>>;
  /** Names that systemd does not take, so that no service hears of them: `export RELAY_LINE`. */
  readonly ignored: readonly string[];
}

/** @throws what reading a file throws */
export function readSettingsFile(path: string): SettingsFile {
  return parseSettings(readFileSync(path, 'utf8'));
}

/** Quotes are taken off, blanks round a value too; `#` and `;` begin a comment only at a line's start; the last one counts. */
export function parseSettings(text: string): SettingsFile {
  const variables: Record<string, string> = {};
  const ignored: string[] = [];
  const reader = new Reader(text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n'));
  for (let entry = reader.next(); entry !== undefined; entry = reader.next()) {
    if (/^[A-Za-z_]\w*$/.test(entry.name)) variables[entry.name] = entry.value;
    else ignored.push(entry.name);
  }
  return { variables, ignored };
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): { readonly name: string; readonly value: string } | undefined {
    while (this.#at < this.#text.length) {
      this.#skip(/\s*/y);
      if (/[#;]/.test(this.#text[this.#at] ?? '')) {
        // A backslash at its end goes on with the comment, as with a value.
        this.#skip(/(?:\\\n|[^\n])*/y);
        continue;
      }
      const name = this.#skip(/[^=\n]*/y).trim();
      if (this.#text[this.#at] !== '=') continue;
      this.#at += 1;
      return { name, value: this.#value() };
    }
    return undefined;
  }

  /** Quoted and bare pieces, put together. */
  #value(): string {
    let value = '';
    for (;;) {
      this.#skip(/[^\S\n]*/y);
      const next = this.#text[this.#at];
      if (next === undefined || next === '\n') return value;
      if (next === "'") value += this.#skip(/'[^']*'?/y).replace(/^'|'$/g, '');
      else if (next === '"') value += unescapeQuoted(this.#skip(/"(?:\\[\s\S]|[^"\\])*"?/y).replace(/^"|"$/g, ''));
      else value += this.#bare();
    }
  }

  /** Up to the line's end: a quote inside it is a quote. */
  #bare(): string {
    const raw = this.#skip(/(?:\\[\s\S]|[^\n\\])*/y);
    return raw.trimEnd().replace(/\\([\s\S])/g, (_, character: string) => (character === '\n' ? '' : character));
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ''] = pattern.exec(this.#text) ?? [];
    this.#at += found.length;
    return found;
  }
}

function unescapeQuoted(text: string): string {
  return text.replace(/\\([\s\S])/g, (whole, character: string) => {
    if (character === '\n') return '';
    return /["\\`$]/.test(character) ? character : whole;
  });
}
