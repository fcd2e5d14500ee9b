// From scans of a key matrix to keys that went down. Pure: the scans come in, time is the number of scans.

/** For each row from the top, which of its columns (bit 0 is the leftmost) are connected to it. */
export type MatrixScan = readonly number[];

/** A membrane key bounces for less than 10 ms; three scans of 8 ms or more agree only after that. */
const scansToAgree = 3;

/**
 * Debounces a matrix and refuses what it cannot tell. With three keys down on the corners of a rectangle the fourth
 * corner conducts too, whether it is pressed or not, so while two rows share two columns no key counts, and the keys
 * that took part count again only after they were released.
 */
export class MatrixKeys {
  #candidate: MatrixScan;
  #agreed = 0;
  /** What is held down, row × column, and was told or refused already. */
  #held: number[];

  constructor(rows: number) {
    this.#candidate = new Array(rows).fill(0);
    this.#held = new Array(rows).fill(0);
  }

  /** Takes one scan; gives the keys that went down with it, as [row, column]. */
  scan(scan: MatrixScan): [row: number, column: number][] {
    if (scan.every((columns, row) => columns === this.#candidate[row])) this.#agreed += 1;
    else {
      this.#candidate = [...scan];
      this.#agreed = 1;
    }
    if (this.#agreed !== scansToAgree) return [];
    const ambiguous = isAmbiguous(scan);
    const down = ambiguous ? [] : scan.flatMap((columns, row) => bits(columns & ~this.#held[row]!).map(pair(row)));
    this.#held = [...scan];
    return down;
  }

  /** Nothing is down and nothing is bouncing: scanning may rest. */
  get released(): boolean {
    return this.#agreed >= scansToAgree && this.#candidate.every((columns) => columns === 0);
  }
}

function pair(row: number): (column: number) => [number, number] {
  return (column) => [row, column];
}

function bits(mask: number): number[] {
  const set: number[] = [];
  for (let bit = 0; mask >> bit !== 0; bit++) if ((mask >> bit) & 1) set.push(bit);
  return set;
}

/** Two rows with two columns in common: a rectangle, one of whose corners may be a ghost. */
function isAmbiguous(scan: MatrixScan): boolean {
  return scan.some((one, row) => scan.slice(row + 1).some((other) => bits(one & other).length > 1));
}
