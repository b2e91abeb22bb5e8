import type { Tree } from "./tree.ts";

/** All that XML 1.0 does not allow, lone surrogates among them. */
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it may stand between tags or in an attribute, in XML and in HTML. */
export const escaped = (text: string): string =>
  text.replace(FORBIDDEN, "\uFFFD").replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

/** The tree as XML, a line for each element that does not stand in text. */
export const xml = (tree: Tree): string => {
  if (typeof tree === "string") return escaped(tree);
  const attributes = tree.attributes.map(([name, value]) => ` ${name}="${escaped(value)}"`).join("");
  if (tree.children.length === 0) return `<${tree.name}${attributes}/>`;
  const line = tree.children.some((child) => typeof child === "string") ? "" : "\n";
  return `<${tree.name}${attributes}>${line}${tree.children.map(xml).join(line)}${line}</${tree.name}>`;
};
