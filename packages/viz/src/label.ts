/** Font sizes in pixels. */
export const HEADING = 15;
export const TEXT = 12;

/** The mean width of a letter, in ems: a little generous, for the fonts are not known. */
const LETTER = 0.62;

/** About how many pixels wide the text is at a font size in pixels. */
export const textWidth = (text: string, fontSize: number): number => Array.from(text).length * LETTER * fontSize;

/** One line of text that fits about a number of pixels: white space collapsed, the end cut off with an ellipsis. */
export const label = (text: string, width: number, fontSize: number): string => {
  const letters = Array.from(text.replace(/\s+/gu, " ").trim());
  const room = Math.max(1, Math.floor(width / (LETTER * fontSize)));
  return letters.length <= room ? letters.join("") : `${letters.slice(0, room - 1).join("")}…`;
};

/** The remarks as sentences, one after the other. */
export const sentences = (remarks: readonly string[]): string =>
  remarks.map((remark) => `${remark.charAt(0).toUpperCase()}${remark.slice(1)}.`).join(" ");

/** A count with its noun: "1 point", "2 points". */
export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`;
