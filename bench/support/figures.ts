// Numbers of a benchmark, and how they are printed.

/** The value below which that part of the values lies (nearest rank). */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export const median = (values: readonly number[]) => quantile(values, 0.5);

export interface Spread {
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
}

export function spread(values: readonly number[]): Spread {
  return { p50: median(values), p99: quantile(values, 0.99), worst: Math.max(...values) };
}

/** `12.3`, with as many digits as tell something. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/** A plain table: the first column to the left, the others to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [head, ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? short(cell) : cell)))];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export interface Spreads {
  readonly name: string;
  readonly ms: readonly number[];
  /** What is to be reached; empty for what stands beside it. */
  readonly reach: string;
}

/** A table of times: how often each was taken, the middle, nearly the worst, the worst. */
export function printSpreads(rows: readonly Spreads[]): void {
  const lines = rows.map(({ name, ms, reach }) => {
    const { p50, p99, worst } = spread(ms);
    return [name, String(ms.length), p50, p99, worst, reach];
  });
  console.log(`${table(['milliseconds', 'times', 'p50', 'p99', 'worst', 'to reach'], lines)}\n`);
}

export function settled(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
