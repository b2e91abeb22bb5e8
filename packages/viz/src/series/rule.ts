import type { Mark } from "../figure.ts";
import { boldWidth, TEXT } from "../label.ts";
import { along } from "../position.ts";
import type { Theme } from "../theme.ts";
import type { AxisDraft } from "../ticks.ts";

/** About how many pixels beside the axes are taken by ticks and names. */
const AROUND = 110;

/** The first of the versions that fits beside an upright line, and the side that it is on: the wanted one, or the wider one. */
export interface Beside {
  readonly text: string;
  readonly side: "start" | "end";
}

/** Where words find room beside an upright line in a picture of a width. */
export const besideOf = (
  x: AxisDraft,
  at: number,
  versions: readonly string[],
  width: number,
  wanted?: Beside["side"],
): Beside | undefined => {
  const share = along(x, at);
  const side = wanted ?? (share > 0.5 ? "end" : "start");
  const room = (side === "end" ? share : 1 - share) * (width - AROUND);
  const text = versions.find((words) => boldWidth(words, TEXT) <= room);
  return text === undefined ? undefined : { text, side };
};

/** An upright dashed line, with words beside its top. */
export const ruleMarks = (y: AxisDraft, at: number, beside: Beside | undefined, theme: Theme): readonly Mark[] => [
  { kind: "rule", x: at, dash: "3 4", color: theme.muted },
  ...(beside === undefined
    ? []
    : [
        {
          kind: "text",
          at: [at, y.domain[1]],
          text: beside.text,
          anchor: beside.side,
          bold: true,
          offset: [beside.side === "end" ? -8 : 8, 10],
          halo: theme.background,
          color: theme.ink,
        } as const,
      ]),
];
