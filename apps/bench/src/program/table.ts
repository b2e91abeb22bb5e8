import { bytesText, median, ratioText, spread, timeText } from "../statistics.ts";
import { table } from "../table.ts";
import type { Readings } from "./measure.ts";
import type { Program } from "./program.ts";

export interface Measured {
  readonly program: Program;
  readonly found: readonly Readings[];
}

/** One thing of the readings, in words. */
interface Quantity {
  readonly of: (reading: Readings["readings"][number]) => number;
  readonly text: (value: number) => string;
}

const time: Quantity = { of: ({ seconds }) => seconds, text: timeText };
const memory: Quantity = { of: ({ bytes }) => bytes, text: bytesText };

/** The median, its ratio to the first contestant that has one, and the spread. */
const cellOf = ({ of, text }: Quantity, found: readonly Readings[], contestant: string): string => {
  const one = found.find((readings) => readings.contestant === contestant);
  if (one === undefined) return "–";
  if (one.why !== undefined) return one.why;
  const values = one.readings.map(of);
  const first = found.find(({ why }) => why === undefined);
  const ratio = median(values) / median((first ?? one).readings.map(of));
  const against = one === first ? "" : `${ratioText(ratio)} `;
  return `${text(median(values))} ${against}±${Math.round(100 * spread(values))} %`;
};

/** A row for each program's time, and one for its memory where that is asked for. */
export const programTable = (measured: readonly Measured[]): string => {
  const names = [...new Set(measured.flatMap(({ found }) => found.map(({ contestant }) => contestant)))];
  const rows = measured.flatMap(({ program: { name, call, memory: hasMemory }, found }) => {
    const row = (title: string, quantity: Quantity) => [title, ...names.map((each) => cellOf(quantity, found, each))];
    return [row(`${name}, ${call} call`, time), ...(hasMemory ? [row(`${name}, memory`, memory)] : [])];
  });
  return table(["", ...names], rows);
};
