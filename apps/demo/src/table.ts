type Columns = Readonly<Record<string, ArrayLike<number>>>;

const rowsOf = (columns: Columns): readonly (readonly number[])[] => {
  const all = Object.values(columns);
  return Array.from({ length: all[0]?.length ?? 0 }, (_, k) => [k, ...all.map((column) => column[k] ?? NaN)]);
};

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Metrics as comma-separated values (RFC 4180), one row for each step; numbers as JavaScript prints them. */
export const toCsv = (columns: Columns): string =>
  [["step", ...Object.keys(columns)].map(cell), ...rowsOf(columns)].map((row) => `${row.join(",")}\n`).join("");

/** Metrics as a JSON object on a line for each step; a number that JSON has not is null. */
export const toJsonLines = (columns: Columns): string => {
  const names = ["step", ...Object.keys(columns)];
  return rowsOf(columns)
    .map((row) => `${JSON.stringify(Object.fromEntries(row.map((value, i) => [names[i], value])))}\n`)
    .join("");
};
