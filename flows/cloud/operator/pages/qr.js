/**
 * A QR code (ISO/IEC 18004), byte mode, error correction M, the smallest version that holds the text (up to 213 bytes).
 * One function that needs nothing beside it, since a ui-template keeps functions one by one.
 * @returns rows of booleans, true where it is dark, without the quiet zone; throws a RangeError when the text is too long
 */
export function qrCode(text) {
  // For each version: error correction bytes of a block, then blocks of a first and second kind: count and data bytes.
  const VERSIONS = [
    [10, 1, 16, 0, 0],
    [16, 1, 28, 0, 0],
    [26, 1, 44, 0, 0],
    [18, 2, 32, 0, 0],
    [24, 2, 43, 0, 0],
    [16, 4, 27, 0, 0],
    [18, 4, 31, 0, 0],
    [22, 2, 38, 2, 39],
    [22, 3, 36, 2, 37],
    [26, 4, 43, 1, 44],
  ];
  const bytes = Array.from(new TextEncoder().encode(text));
  const capacity = ([, count, size, more, bigger]) => count * size + more * bigger;
  const index = VERSIONS.findIndex((each, at) => bytes.length + (at < 9 ? 2 : 3) <= capacity(each));
  if (index < 0) throw new RangeError('text: too long for a QR code of version 10');
  const version = index + 1;
  const size = 17 + 4 * version;
  const [correction, count, blockSize, more, biggerSize] = VERSIONS[index];

  // The bits: mode, length, text, terminator, padding.
  const bits = [];
  const push = (value, length) => {
    for (let bit = length - 1; bit >= 0; bit -= 1) bits.push((value >> bit) & 1);
  };
  push(4, 4);
  push(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) push(byte, 8);
  const total = capacity(VERSIONS[index]) * 8;
  push(0, Math.min(4, total - bits.length));
  while (bits.length % 8) bits.push(0);
  for (let pad = 0xec; bits.length < total; pad ^= 0xec ^ 0x11) push(pad, 8);
  const data = [];
  for (let at = 0; at < total; at += 8) data.push(Number.parseInt(bits.slice(at, at + 8).join(''), 2));

  // Reed-Solomon over GF(256), polynomial 0x11d.
  const times = (one, other) => {
    let product = 0;
    for (let bit = 7; bit >= 0; bit -= 1) {
      product = (product << 1) ^ ((product >> 7) * 0x11d);
      product ^= ((other >> bit) & 1) * one;
    }
    return product;
  };
  const generator = Array(correction).fill(0);
  generator[correction - 1] = 1;
  for (let at = 0, root = 1; at < correction; at += 1, root = times(root, 2)) {
    for (let term = 0; term < correction; term += 1) {
      generator[term] = times(generator[term], root) ^ (generator[term + 1] || 0);
    }
  }
  const remainder = (block) => {
    const rest = Array(correction).fill(0);
    for (const byte of block) {
      const factor = byte ^ rest.shift();
      rest.push(0);
      generator.forEach((term, at) => {
        rest[at] ^= times(term, factor);
      });
    }
    return rest;
  };
  const blocks = [];
  for (let block = 0, at = 0; block < count + more; block += 1) {
    const length = block < count ? blockSize : biggerSize;
    blocks.push(data.slice(at, at + length));
    at += length;
  }
  const corrections = blocks.map(remainder);
  const woven = [];
  for (let at = 0; at < Math.max(blockSize, biggerSize); at += 1) {
    for (const block of blocks) if (at < block.length) woven.push(block[at]);
  }
  for (let at = 0; at < correction; at += 1) for (const block of corrections) woven.push(block[at]);

  // The pattern: undefined where the data will go.
  const rows = Array.from({ length: size }, () => Array(size).fill(undefined));
  const put = (x, y, dark) => {
    if (x >= 0 && y >= 0 && x < size && y < size) rows[y][x] = dark;
  };
  for (const [left, top] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ]) {
    for (let y = -4; y <= 4; y += 1) {
      for (let x = -4; x <= 4; x += 1) {
        const ring = Math.max(Math.abs(x), Math.abs(y));
        put(left + x, top + y, ring !== 2 && ring !== 4);
      }
    }
  }
  const middles = version === 1 ? [] : [6];
  if (version > 6) middles.push((6 + size - 7) / 2);
  if (version > 1) middles.push(size - 7);
  for (const middleY of middles) {
    for (const middleX of middles) {
      if (rows[middleY][middleX] !== undefined) continue;
      for (let y = -2; y <= 2; y += 1) {
        for (let x = -2; x <= 2; x += 1) put(middleX + x, middleY + y, Math.max(Math.abs(x), Math.abs(y)) !== 1);
      }
    }
  }
  for (let at = 8; at < size - 8; at += 1) {
    if (rows[6][at] === undefined) put(at, 6, at % 2 === 0);
    if (rows[at][6] === undefined) put(6, at, at % 2 === 0);
  }

  const checked = (value, length, polynomial) => {
    let rest = value;
    for (let bit = 0; bit < length; bit += 1) rest = (rest << 1) ^ ((rest >> (length - 1)) * polynomial);
    return (value << length) | rest;
  };
  const putFormat = (mask) => {
    // Error correction M is 00.
    const format = checked(mask, 10, 0x537) ^ 0x5412;
    const bit = (at) => ((format >> at) & 1) === 1;
    for (let at = 0; at < 6; at += 1) put(8, at, bit(at));
    put(8, 7, bit(6));
    put(8, 8, bit(7));
    put(7, 8, bit(8));
    for (let at = 9; at < 15; at += 1) put(14 - at, 8, bit(at));
    for (let at = 0; at < 8; at += 1) put(size - 1 - at, 8, bit(at));
    for (let at = 8; at < 15; at += 1) put(8, size - 15 + at, bit(at));
    put(8, size - 8, true);
  };
  putFormat(0);
  if (version > 6) {
    const information = checked(version, 12, 0x1f25);
    for (let at = 0; at < 18; at += 1) {
      const dark = ((information >> at) & 1) === 1;
      put(size - 11 + (at % 3), Math.floor(at / 3), dark);
      put(Math.floor(at / 3), size - 11 + (at % 3), dark);
    }
  }

  // The data, in columns of two from the right, up and down in turn.
  const places = [];
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    const upwards = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step += 1) {
      const y = upwards ? size - 1 - step : step;
      for (const x of [right, right - 1]) if (rows[y][x] === undefined) places.push([x, y]);
    }
  }
  places.forEach(([x, y], at) => {
    put(x, y, at < woven.length * 8 && ((woven[at >> 3] >> (7 - (at & 7))) & 1) === 1);
  });

  const masks = [
    (x, y) => (x + y) % 2,
    (_, y) => y % 2,
    (x) => x % 3,
    (x, y) => (x + y) % 3,
    (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
    (x, y) => ((x * y) % 2) + ((x * y) % 3),
    (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
    (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
  ];
  const flip = (mask) => {
    for (const [x, y] of places) if (masks[mask](x, y) === 0) rows[y][x] = !rows[y][x];
  };
  /** How hard the pattern is to read: long runs, blocks, false finders, too dark or too light. */
  const penalty = () => {
    let points = 0;
    let dark = 0;
    const lines = [...rows, ...rows.map((_, x) => rows.map((row) => row[x]))];
    for (const line of lines) {
      const written = line.map(Number).join('');
      for (const run of written.match(/0{5,}|1{5,}/g) || []) points += run.length - 2;
      points += 40 * (written.match(/(?=10111010000|00001011101)/g) || []).length;
    }
    for (let y = 0; y < size; y += 1) {
      for (let x = 0; x < size; x += 1) {
        dark += rows[y][x] ? 1 : 0;
        if (
          x &&
          y &&
          rows[y][x] === rows[y - 1][x] &&
          rows[y][x] === rows[y][x - 1] &&
          rows[y][x] === rows[y - 1][x - 1]
        ) {
          points += 3;
        }
      }
    }
    return points + 10 * Math.floor(Math.abs((dark * 100) / (size * size) - 50) / 5);
  };
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let mask = 0; mask < 8; mask += 1) {
    flip(mask);
    putFormat(mask);
    const points = penalty();
    if (points < least) {
      least = points;
      best = mask;
    }
    flip(mask);
  }
  flip(best);
  putFormat(best);
  return rows;
}
