/** Font sizes in pixels. */
export const HEADING = 15;
export const TEXT = 12;

/** The mean width of a letter, in ems: a little generous, for the fonts are not known. */
const LETTER = 0.62;

/** About how many pixels wide the text is at a font size in pixels. */
export const textWidth = (text: string, fontSize: number): number => Array.from(text).length * LETTER * fontSize;

/** How wide a letter of bold type is at most, in ems: wide, narrow and full-width ones are told apart. */
const boldLetter = (letter: string): number => {
  if (/[mwMW@%…\u{2e80}-\u{10ffff}]/u.test(letter)) return 1.05;
  return /[\s.,:;'|ijlt()[\]-]/u.test(letter) ? 0.45 : /[A-Z]/.test(letter) ? 0.78 : 0.72;
};

/** At most how many pixels wide the text is in bold type: for words that must not touch others. */
export const boldWidth = (text: string, fontSize: number): number =>
  Array.from(text).reduce((width, letter) => width + boldLetter(letter), 0) * fontSize;

/** One line of bold type that is no wider than a number of pixels: the end is cut off with an ellipsis. */
export const boldLabel = (text: string, width: number, fontSize: number): string => {
  const letters = Array.from(text.replace(/\s+/gu, " ").trim());
  if (boldWidth(letters.join(""), fontSize) <= width) return letters.join("");
  const room = width - boldWidth("…", fontSize);
  const fits = letters.findIndex((_, i) => boldWidth(letters.slice(0, i + 1).join(""), fontSize) > room);
  return `${letters.slice(0, Math.max(fits, 1)).join("")}…`;
};

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
