import { byName } from "../value.ts";

/** Rows of metrics as columns of one length. */
export interface Rows {
  readonly length: number;
  readonly columns: Readonly<Record<string, Float64Array>>;
}

/** A column of each column. */
const each = ({ columns }: Rows, f: (values: Float64Array) => Float64Array): Rows["columns"] =>
  byName(Object.entries(columns).map(([name, values]) => [name, f(values)]));

/** Rows one after another, in columns of their own. A column that some of them lack is NaN there. */
export const concatenateRows = (tables: readonly Rows[]): Rows => {
  const [only] = tables;
  if (only !== undefined && tables.length === 1) return { length: only.length, columns: each(only, (x) => x.slice()) };
  const length = tables.reduce((sum, table) => sum + table.length, 0);
  const columns = new Map<string, Float64Array>();
  let done = 0;
  for (const table of tables) {
    for (const [name, values] of Object.entries(table.columns)) {
      const column = columns.get(name) ?? new Float64Array(length).fill(NaN);
      column.set(values, done);
      columns.set(name, column);
    }
    done += table.length;
  }
  return { length, columns: byName(columns) };
};

/** Rows from … to - 1, which are not copied. */
export const partOf = (rows: Rows, from: number, to: number): Rows =>
  from === 0 && to === rows.length
    ? rows
    : { length: to - from, columns: each(rows, (values) => values.subarray(from, to)) };

/** The numbers of a typed array, as a list that nobody can write to. */
export const listOf = (values: Float64Array): readonly number[] => {
  const list = new Array<number>(values.length); // of its length from the start: twice as fast as one that grows
  for (let i = 0; i < values.length; i++) list[i] = values[i] ?? NaN;
  return Object.freeze(list);
};

/** What a run shows of its metrics: see docs/decisions/metrics-are-lists.md. */
export const listsOf = ({ columns }: Rows): Readonly<Record<string, readonly number[]>> =>
  byName(Object.entries(columns).map(([name, values]) => [name, listOf(values)]));
