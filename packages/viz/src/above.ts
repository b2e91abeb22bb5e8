import type { Figure, Mark } from "./figure.ts";
import { TEXT, textWidth } from "./label.ts";

/** Words above the axes on the right, beside the name of the vertical axis: the first of the versions that fits, or none. */
export const aboveMarks = (
  { width, margin, x, y, theme }: Omit<Figure, "marks">,
  versions: readonly string[],
): readonly Mark[] => {
  const room = width - margin.left - margin.right - textWidth(y.label, TEXT) - 2 * TEXT;
  const text = versions.find((words) => textWidth(words, TEXT) <= room);
  if (text === undefined) return [];
  const at = [x.domain[1], y.domain[1]] as const;
  return [{ kind: "text", at, text, anchor: "end", bold: false, offset: [0, -20], color: theme.muted }];
};
