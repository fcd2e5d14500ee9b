// Modbus RTU on a serial line, as meters in the field need it: out of all bytes that come, the answer to the request that was
// sent last, and nothing else ("MODBUS over Serial Line" V1.02, section 2.5.1). An adapter for RS-485 may give back the request
// itself (echo), noise may stand before an answer, and an answer may come late, after its request was given up: an
// answer names neither request nor registers, so only the number of its registers tells for which request it is.
import { EventEmitter } from 'node:events';

/** What is used of the packages that are loaded only where a Modbus meter is. */
export interface RtuParts {
  readonly SerialPort: new (options: Record<string, unknown>) => SerialLine;
  crc16(bytes: Uint8Array): number;
}

export interface SerialLine {
  readonly isOpen: boolean;
  on(event: 'data', listener: (bytes: Buffer) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  on(event: 'close', listener: () => void): void;
  open(done: (error?: Error | null) => void): void;
  close(done: (error?: Error | null) => void): void;
  write(bytes: Uint8Array): void;
}

export interface RtuSettings {
  readonly path: string;
  readonly baudRate: number;
  readonly parity: string;
  readonly stopBits: number;
}

const exceptionBit = 0x80;
const exceptionLength = 5;
const headLength = 3;
const crcLength = 2;
/** The longest frame that there is. */
const mostBytes = 256;

/** A port for modbus-serial: it is given whole answers, or exceptions, to its last request alone. */
export class RtuPort extends EventEmitter {
  readonly #line: SerialLine;
  readonly #crc16: RtuParts['crc16'];
  #received: Buffer = Buffer.alloc(0);
  /** Unit, function and bytes of the answer that is waited for. */
  #awaited: { unit: number; functionCode: number; bytes: number } | undefined;

  constructor({ SerialPort, crc16 }: RtuParts, settings: RtuSettings) {
    super();
    this.#crc16 = crc16;
    this.#line = new SerialPort({ ...settings, dataBits: 8, autoOpen: false });
    this.#line.on('data', (bytes) => this.#take(bytes));
    this.#line.on('error', (error) => this.emit('error', error));
    this.#line.on('close', () => this.emit('close'));
  }

  get isOpen(): boolean {
    return this.#line.isOpen;
  }

  open(done: (error?: Error | null) => void): void {
    this.#line.open(done);
  }

  close(done: (error?: Error | null) => void): void {
    this.removeAllListeners('data');
    this.#line.close(done);
  }

  /** Sends a request to read registers (function 3 or 4). What came before it answers another. */
  write(request: Buffer): void {
    this.#received = Buffer.alloc(0);
    this.#awaited = { unit: request[0]!, functionCode: request[1]!, bytes: 2 * request.readUInt16BE(4) };
    this.#line.write(request);
  }

  #take(bytes: Buffer): void {
    if (!this.#awaited) return;
    this.#received = Buffer.concat([this.#received, bytes]).subarray(-2 * mostBytes);
    const frame = this.#answer(this.#awaited);
    if (!frame) return;
    this.#awaited = undefined;
    this.emit('data', frame);
  }

  #answer({ unit, functionCode, bytes }: { unit: number; functionCode: number; bytes: number }): Buffer | undefined {
    const received = this.#received;
    for (let start = 0; start + exceptionLength <= received.length; start++) {
      if (received[start] !== unit) continue;
      const isAnswer = received[start + 1] === functionCode && received[start + 2] === bytes;
      const isException = received[start + 1] === (functionCode | exceptionBit);
      if (!isAnswer && !isException) continue;
      const end = start + (isAnswer ? headLength + bytes + crcLength : exceptionLength);
      if (end > received.length) continue;
      const frame = received.subarray(start, end);
      if (this.#crc16(frame.subarray(0, -crcLength)) === frame.readUInt16LE(frame.length - crcLength)) return frame;
    }
    return undefined;
  }
}
