import { blend, inkOn } from "../blend.ts";
import { extent } from "../column.ts";
import type { Figure, Mark, Path } from "../figure.ts";
import { boldWidth, TEXT } from "../label.ts";
import { numberText } from "../number.ts";
import { along } from "../position.ts";
import type { Color, Theme } from "../theme.ts";
import type { Board, Cell } from "./read.ts";

type Base = Omit<Figure, "marks">;

/** A run that came to a number. */
export type Good = Cell & { readonly value: number };

export const isGood = (cell: Cell): cell is Good => Number.isFinite(cell.value);

/** How values become colours. */
export interface Shades {
  /** How good a value is, from 0 to 1. */
  readonly goodness: (value: number) => number;
  readonly range: readonly [low: number, high: number];
}

/** The shades of values: even ones, or by the logarithms where positive values span a power of ten. */
export const shadesOf = (cells: readonly Good[], isLowBest: boolean): Shades => {
  const range = extent(cells.map(({ value }) => value));
  const [low, high] = range;
  const scale = low > 0 && high / low >= 10 ? "log" : "linear";
  const share = (value: number): number => (low === high ? 1 : along({ scale, domain: range }, value));
  return { range, goodness: (value) => (isLowBest && low !== high ? 1 - share(value) : share(value)) };
};

/** Of the worst value a cell has this part of the colour, so that it is seen. */
const FAINTEST = 0.12;

const colorOf = (theme: Theme, goodness: number): Color =>
  blend(theme.background, theme.after, FAINTEST + (1 - FAINTEST) * goodness);

/** Half of a cell, with a gap to its neighbour. */
const HALF = 0.48;

const corners = ({ column, row }: Cell, half = HALF): Path => [
  [column - half, row - half],
  [column - half, row + half],
  [column + half, row + half],
  [column + half, row - half],
];

const outline = (cell: Cell, width: number, color: Color, half = HALF): Mark => ({
  kind: "line",
  path: [...corners(cell, half), ...corners(cell, half).slice(0, 2)],
  width,
  dash: "",
  color,
});

/** A frame in the ink of the picture, with one inside it that stands out from the cell, whatever its colour. */
const frameOf = (cell: Good, theme: Theme, goodness: number): readonly Mark[] => [
  outline(cell, 2.5, theme.ink),
  outline(cell, 1, inkOn(colorOf(theme, goodness)), HALF - 0.04),
];

const wordMark = ({ column, row }: Cell, text: string, color: Color): Mark => ({
  kind: "text",
  at: [column, row],
  text,
  anchor: "middle",
  bold: true,
  offset: [0, 0],
  color,
});

/** Whether a text has room in a cell. */
const fitting = ({ width, height, margin }: Base, { x, y }: Board): ((text: string) => boolean) => {
  const across = ((width - margin.left - margin.right) / x.length) * 2 * HALF;
  const down = ((height - margin.top - margin.bottom) / y.length) * 2 * HALF;
  return (text) => down >= TEXT && boldWidth(text, TEXT) + 2 <= across;
};

/** The cells in their colours, each with its value where all have room, the best in a frame, and those that diverged. */
export const cellMarks = (base: Base, board: Board, { goodness }: Shades, best: Good | undefined): readonly Mark[] => {
  const { theme } = base;
  const good = board.cells.filter(isGood);
  const bad = board.cells.filter((cell) => !isGood(cell));
  const fits = fitting(base, board);
  const digits = [3, 2].find((digits) => good.every(({ value }) => fits(numberText(value, digits))));
  const word = ["diverged", "div.", "×"].find(fits);
  return [
    ...good.map((cell): Mark => ({
      kind: "area",
      path: corners(cell),
      opacity: 1,
      color: colorOf(theme, goodness(cell.value)),
    })),
    ...(digits === undefined
      ? []
      : good.map((cell) =>
          wordMark(cell, numberText(cell.value, digits), inkOn(colorOf(theme, goodness(cell.value)))),
        )),
    ...bad.flatMap((cell): readonly Mark[] => [
      outline(cell, 1, theme.alarm),
      ...(word === undefined ? [] : [wordMark(cell, word, theme.alarm)]),
    ]),
    ...(best === undefined ? [] : frameOf(best, theme, goodness(best.value))),
  ];
};
