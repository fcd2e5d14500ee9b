// Pictures of one size as one that moves: PNG with the chunks of its third edition (W3C, 2025, 11.3.6), which every browser
// shows, and whatever knows none of them shows its first picture.
import { crc32 } from 'node:zlib';

interface Frame {
  /** A PNG, as browsers make them. */
  readonly png: Buffer;
  readonly seconds: number;
}
interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * Shows the frames in turn, again and again.
 * @throws an `Error` where they are not of one size and kind
 */
export function animated(frames: readonly Frame[]): Buffer {
  const [first, ...rest] = frames.map(({ png }) => chunksOf(png));
  const header = first!.find(({ type }) => type === 'IHDR')!;
  if (rest.some((chunks) => !chunks.find(({ type }) => type === 'IHDR')!.data.equals(header.data)))
    throw new Error('The pictures are not of one size and kind.');
  let sequence = 0;
  const body = frames.flatMap(({ seconds }, index) => {
    const pixels = [first!, ...rest][index]!.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
    const control = { type: 'fcTL', data: controlOf(sequence++, header.data, seconds) };
    const shown = pixels.map((data) =>
      index === 0 ? { type: 'IDAT', data } : { type: 'fdAT', data: Buffer.concat([number(sequence++), data]) },
    );
    return [control, ...shown];
  });
  const count = { type: 'acTL', data: Buffer.concat([number(frames.length), number(0)]) };
  const all = [header, count, ...body, { type: 'IEND', data: Buffer.alloc(0) }];
  return Buffer.concat([SIGNATURE, ...all.map(written)]);
}

/** How many pictures it shows in turn; 1 where it does not move. */
export function framesIn(png: Buffer): number {
  return chunksOf(png).filter(({ type }) => type === 'fcTL').length || 1;
}

function chunksOf(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}

/** The whole picture, in place of the one before. */
function controlOf(sequence: number, header: Buffer, seconds: number): Buffer {
  const delay = Buffer.from([0, 0, 0, 10, 0, 0]);
  delay.writeUInt16BE(Math.round(seconds * 10), 0);
  return Buffer.concat([number(sequence), header.subarray(0, 8), number(0), number(0), delay]);
}

function written({ type, data }: Chunk): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  return Buffer.concat([number(data.length), named, number(crc32(named))]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
