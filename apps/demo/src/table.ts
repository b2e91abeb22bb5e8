export type Columns = Readonly<Record<string, ArrayLike<number>>>;

/** Text that UTF-8 can hold: half of a pair of surrogates is no character. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\ufffd");

/** Names that a file can hold, each of them once: those that would be the same are counted. */
export const distinct = (names: readonly string[]): readonly string[] => {
  const taken = new Set(names.filter((name) => wellFormed(name) === name));
  return names.map((name) => {
    const base = wellFormed(name);
    if (base === name) return name;
    let free = base;
    for (let i = 2; taken.has(free); i++) free = `${base} (${i})`;
    taken.add(free);
    return free;
  });
};

/** The name of the column of steps: a metric of that name keeps it. */
const stepName = (names: readonly string[]): string => {
  let name = "step";
  while (names.includes(name)) name = `_${name}`;
  return name;
};

const namesOf = (columns: Columns): readonly string[] => {
  const names = Object.keys(columns);
  return [stepName(names), ...names];
};

const rowsOf = (columns: Columns): readonly (readonly number[])[] => {
  const all = Object.values(columns);
  return Array.from({ length: all[0]?.length ?? 0 }, (_, k) => [k, ...all.map((column) => column[k] ?? NaN)]);
};

/** A number as JavaScript reads it back. */
const digits = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Metrics as comma-separated values (RFC 4180), one row for each step; numbers as JavaScript prints them. */
export const toCsv = (columns: Columns): string =>
  [distinct(namesOf(columns)).map(cell), ...rowsOf(columns).map((row) => row.map(digits))]
    .map((row) => `${row.join(",")}\n`)
    .join("");

/** Metrics as a JSON object on a line for each step; a number that JSON has not is null. */
export const toJsonLines = (columns: Columns): string => {
  // Written member by member: objects would sort names such as "10" before others.
  const keys = namesOf(columns).map((name) => JSON.stringify(name));
  const json = (value: number): string => (Number.isFinite(value) ? digits(value) : "null");
  return rowsOf(columns)
    .map((row) => `{${row.map((value, i) => `${keys[i] ?? ""}:${json(value)}`).join(",")}}\n`)
    .join("");
};
