// A Modbus RTU meter on a pseudo-terminal: it answers read requests as "MODBUS over Serial Line" says, or fails in the
// ways that meters, wires and adapters do. Its CRC is its own, not the library's.
import { once } from 'node:events';
import { openPseudoTerminal, type PseudoTerminal } from './pseudo-terminal.ts';

export type Behaviour =
  | 'answers'
  | 'is silent'
  | 'answers late'
  | 'garbles a bit'
  | 'stops in the middle'
  | 'answers as another unit'
  | 'answers another function'
  | 'answers an exception'
  | 'answers fewer registers'
  | 'has noise before its answer'
  | 'sends noise alone'
  | 'answers byte by byte'
  | 'is echoed'
  | 'loses two answers of four';

export class ModbusSlave {
  behaviour: Behaviour = 'answers';
  readonly registers = new Map<number, number>();
  /** Registers of further meters on the same line, by their addresses; they answer whatever this one does. */
  readonly neighbours = new Map<number, Map<number, number>>();
  /** The unit of each request, in their order. */
  readonly asked: number[] = [];
  requests = 0;
  /** Function code and address of the last request. */
  last: { unit: number; functionCode: number; address: number; length: number } | undefined;
  lateMs = 450;
  /** How long the next answers take, in their order; none once they are used up. */
  delaysMs: number[] = [];
  readonly #terminal: PseudoTerminal;
  readonly #unit: number;
  #received: Buffer = Buffer.alloc(0);

  private constructor(terminal: PseudoTerminal, unit: number) {
    this.#terminal = terminal;
    this.#unit = unit;
    terminal.end.on('data', (bytes: Buffer) => this.#take(bytes));
  }

  static async open(unit = 1): Promise<ModbusSlave> {
    return new ModbusSlave(await openPseudoTerminal(), unit);
  }

  get path(): string {
    return this.#terminal.path;
  }

  close(): void {
    this.#terminal.close();
  }

  setFloat(address: number, value: number): void {
    const view = new DataView(new ArrayBuffer(4));
    view.setFloat32(0, value);
    this.registers.set(address, view.getUint16(0));
    this.registers.set(address + 1, view.getUint16(2));
  }

  setLowFirst(address: number, value: number): void {
    this.registers.set(address, value & 0xffff);
    this.registers.set(address + 1, Math.floor(value / 0x10000));
  }

  /** Resolves with the next request that comes. */
  async nextRequest(): Promise<void> {
    await once(this.#terminal.end, 'data');
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= 8) {
      const request = this.#received.subarray(0, 8);
      this.#received = this.#received.subarray(8);
      if (crc(request.subarray(0, 6)) !== request.readUInt16LE(6)) throw new Error('the request has a wrong CRC');
      this.#answer(request);
    }
  }

  #answer(request: Buffer): void {
    const [unit = 0, functionCode = 0] = request;
    const address = request.readUInt16BE(2);
    const length = request.readUInt16BE(4);
    this.requests += 1;
    this.last = { unit, functionCode, address, length };
    this.asked.push(unit);
    const registers = unit === this.#unit ? this.registers : this.neighbours.get(unit);
    if (!registers) return;
    const words = (count: number) =>
      Buffer.concat(
        Array.from({ length: count }, (_, index) => {
          const word = Buffer.alloc(2);
          word.writeUInt16BE(registers.get(address + index) ?? 0);
          return word;
        }),
      );
    const whole = frame([unit, functionCode, length * 2], words(length));
    switch (unit === this.#unit ? this.behaviour : 'answers') {
      case 'answers':
        this.#sendAfter(this.delaysMs.shift() ?? 0, whole);
        return;
      case 'is echoed':
        // The adapter hears itself: at once, and in one piece with the answer.
        this.#send(Buffer.concat([request, whole]));
        return;
      case 'loses two answers of four':
        if (this.requests % 4 !== 1 && this.requests % 4 !== 2) this.#send(whole);
        return;
      case 'is silent':
        return;
      case 'answers late':
        this.#sendAfter(this.lateMs, whole);
        return;
      case 'garbles a bit':
        whole[4]! ^= 0x20;
        this.#send(whole);
        return;
      case 'stops in the middle':
        this.#send(whole.subarray(0, whole.length - 4));
        return;
      case 'answers as another unit':
        this.#send(frame([unit + 1, functionCode, length * 2], words(length)));
        return;
      case 'answers another function':
        this.#send(frame([unit, 3, length * 2], words(length)));
        return;
      case 'answers an exception':
        this.#send(frame([unit, functionCode | 0x80], Buffer.of(4)));
        return;
      case 'answers fewer registers':
        this.#send(frame([unit, functionCode, length], words(length / 2)));
        return;
      case 'has noise before its answer':
        this.#send(Buffer.concat([Buffer.of(0x00, 0xff, 0xf8), whole]));
        return;
      case 'sends noise alone':
        this.#send(Buffer.from(Array.from({ length: 40 }, (_, index) => (index * 37) & 0xff)));
        return;
      case 'answers byte by byte':
        whole.forEach((byte, index) => {
          setTimeout(() => this.#send(Buffer.of(byte)), index);
        });
    }
  }

  #sendAfter(ms: number, bytes: Buffer): void {
    if (ms === 0) this.#send(bytes);
    else setTimeout(() => this.#send(bytes), ms);
  }

  #send(bytes: Buffer): void {
    if (!this.#terminal.end.destroyed) this.#terminal.end.write(bytes);
  }
}

function frame(head: number[], body: Buffer): Buffer {
  const bytes = Buffer.concat([Buffer.from(head), body]);
  const check = Buffer.alloc(2);
  check.writeUInt16LE(crc(bytes));
  return Buffer.concat([bytes, check]);
}

/** CRC-16/MODBUS: polynomial 0x8005 reflected, from 0xFFFF. */
export function crc(bytes: Uint8Array): number {
  let register = 0xffff;
  for (const byte of bytes) {
    register ^= byte;
    for (let bit = 0; bit < 8; bit++) register = register & 1 ? (register >> 1) ^ 0xa001 : register >> 1;
  }
  return register;
}
