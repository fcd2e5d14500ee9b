// A row of `npm run soak:cloud`: one way in which the world treats a cloud badly, and what came of it.
export interface Soaked {
  /** What is printed, in this order; rows with the same names share a table. */
  readonly figures: Readonly<Record<string, number | string>>;
  /** What is not as it must be, in words; empty when all is well. */
  readonly faults: readonly string[];
}

export interface SoakRow {
  /** In the table's first column; an argument of the command that is part of the file's name chooses the row. */
  readonly title: string;
  run(): Promise<Soaked>;
}
