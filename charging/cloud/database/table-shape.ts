// How a table is written down: what makes it, and what its rows are to the programs.

export type Kind = 'sqlite' | 'postgresql';

/** A question mark: may be null. */
type Column = 'bigint' | 'bigint?' | 'integer' | 'smallint' | 'text' | 'text?' | 'bytea';

export interface TableShape {
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, Column>>;
  readonly unique?: string;
}

type ValueOf<C extends Column> = C extends 'bytea' ? Uint8Array : C extends `text${string}` ? string : number;

export type RowOf<Shape extends TableShape> = {
  -readonly [Name in keyof Shape['columns']]:
    | ValueOf<Shape['columns'][Name]>
    | (Shape['columns'][Name] extends `${string}?` ? null : never);
};
