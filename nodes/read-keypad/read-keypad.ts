// `read keypad`: keys from a keypad or a touch screen; whole entries out on `#`, and what is typed meanwhile.
import { type EntryEvent, EntryReader } from '../../hardware/keypad/entry.ts';
import type { Keypad, KeypadListener } from '../../hardware/keypad/keypad.ts';
import { type ChargingStation, joinStation } from '../charging-station/station-user.ts';
import { deviceFaults, guarded, NodeFault, onClose, onInput } from '../shared/handlers.ts';
import { nodeType } from '../shared/node-type.ts';
import { Opening } from '../shared/opening.ts';
import type { Message, RedNode } from '../shared/red.ts';
import { offerTries } from '../shared/tries.ts';
import { textOf } from '../shared/values.ts';
import { openKeypad, type ReadKeypadConfig } from './settings.ts';

/** Keys that come in messages are typed beside those of a wired keypad, as on a device of their own. */
const TOUCH = 'touch';

const OPTIONS = { uses: 'station', hasTries: true } as const;

export default nodeType<ReadKeypadConfig>('read keypad', OPTIONS, ({ red, node, config, status }) => {
  const { charging, leave } = joinStation(red, status, config.station);
  const keys = new Keys(node, charging);
  const forget = inStation(charging, (key) => keys.press(key, TOUCH));

  const listener: KeypadListener = {
    onKey: guarded(node, status, (key: string, source?: string) => keys.press(key, source)),
    onScan: guarded(node, status, (text: string, source?: string) => keys.scan(text, source)),
    ...deviceFaults(node, status),
  };
  let keypad: Keypad | undefined;
  const open = async () => {
    void charging.plan;
    keypad = await openKeypad(config, charging, listener);
    status.ready(keypad ? 'ready' : 'touch');
  };
  const opening = new Opening(open, (fault, isNews) => {
    status.failed(fault);
    if (isNews) node.error(fault, {});
  });

  onInput(node, status, (message) => {
    if (message.topic === 'scan') keys.scan(scanOf(message.payload), TOUCH, message);
    else for (const key of keysOf(message.payload)) keys.press(key, TOUCH, message);
  });
  offerTries(node, {
    press: (typed) => {
      for (const key of keysOf(typed)) keys.press(key, TOUCH);
      return { result: keys.typed === '' ? 'sent' : 'typed', values: { typed: keys.typed } };
    },
  });
  onClose(node, async () => {
    forget();
    keys.close();
    try {
      await opening.stop();
      await keypad?.close();
    } finally {
      leave();
    }
  });
});

class Keys {
  readonly #node: RedNode;
  readonly #charging: ChargingStation;
  readonly #reader: EntryReader;
  /** The message whose key it is; none for a key of the keypad's own, and for a time-out. */
  #message: Message | undefined;

  constructor(node: RedNode, charging: ChargingStation) {
    this.#node = node;
    this.#charging = charging;
    this.#reader = new EntryReader({ emit: (event) => this.#tell(event) });
  }

  /** What stands typed. */
  get typed(): string {
    return this.#reader.typed;
  }

  press(key: string, source?: string, message?: Message): void {
    this.#because(message, () => this.#reader.press(key, source));
  }

  scan(text: string, source?: string, message?: Message): void {
    this.#because(message, () => this.#reader.scan(text, source));
  }

  #because(message: Message | undefined, work: () => void): void {
    this.#message = message;
    try {
      work();
    } finally {
      this.#message = undefined;
    }
  }

  close(): void {
    this.#reader.reset();
  }

  #tell(event: EntryEvent): void {
    const kept = this.#message ?? {};
    if ('entry' in event) {
      this.#charging.remote.entryMade();
      this.#node.send([
        { ...kept, topic: 'entry', payload: event.entry },
        { ...kept, topic: 'typed', payload: '' },
      ]);
    } else if ('typed' in event) this.#node.send([null, { ...kept, topic: 'typed', payload: event.typed }]);
    else if ('key' in event) this.#node.send([null, { ...kept, topic: 'key', payload: event.key }]);
    else if ('trouble' in event) this.#node.send([null, { ...kept, topic: 'keypad', payload: event.trouble }]);
  }
}

function inStation(charging: ChargingStation, press: (key: string) => void): () => void {
  try {
    return charging.remote.keypad(press);
  } catch {
    // No station is chosen; the status says so.
    return () => {};
  }
}

/** More keys at once than a person types come from a mistake in a flow. */
const MOST_KEYS = 256;
/** More than a QR code at a station holds. */
const MOST_SCANNED = 4096;

/** What is no character on a key, and comes alone. */
const WORDS = ['clear', 'num-lock'];

/** One key, or several in the order in which they are pressed. @throws {NodeFault} `bad-keys` */
export function keysOf(payload: unknown): readonly string[] {
  const text = textOf(payload)?.replace(/\s/g, '');
  if (text !== undefined && WORDS.includes(text)) return [text];
  if (text === undefined || text === '' || text.length > MOST_KEYS || !/^[0-9*#A-D]+$/.test(text)) {
    throw new NodeFault('bad-keys', `msg.payload must be keys: 0 to 9, * and #, at most ${MOST_KEYS} at once.`);
  }
  return [...text];
}

/** What a scanner read, when a page hears it instead of the station. @throws {NodeFault} `bad-keys` */
export function scanOf(payload: unknown): string {
  const text = textOf(payload);
  if (text === undefined || text === '' || text.length > MOST_SCANNED)
    throw new NodeFault(
      'bad-keys',
      `msg.payload must be the text that was scanned, at most ${MOST_SCANNED} characters.`,
    );
  return text;
}
