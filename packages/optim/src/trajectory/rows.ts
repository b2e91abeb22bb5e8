/** Rows of metrics as columns of one length. */
export interface Rows {
  readonly length: number;
  readonly columns: Readonly<Record<string, Float64Array>>;
}

/** Rows one after another. A column that some of them lack is NaN there. */
export const concatenateRows = (tables: readonly Rows[]): Rows => {
  const [only] = tables;
  if (only !== undefined && tables.length === 1) return only;
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
  return { length, columns: Object.fromEntries(columns) };
};

/** Rows from … to - 1, in columns of their own. */
export const sliceRows = ({ columns }: Rows, from: number, to: number): Rows => ({
  length: to - from,
  columns: Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.slice(from, to)])),
});
