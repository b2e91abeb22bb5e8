import type { Branch, Tree } from "./tree.ts";

/*
 * What may stand in a figure. All that is not named here is dropped, with what it holds: scripts, styles, foreign
 * content, animation, event handlers, classes, inline styles (which a strict content security policy refuses).
 */
const ELEMENTS = new Set("svg g path circle line rect text tspan title desc defs clipPath use".split(" "));

const COORDINATES = new Set("d cx cy r x y x1 y1 x2 y2 dx dy width height viewBox transform".split(" "));

const PRESENTATION = new Set(
  (
    "id href clip-path fill fill-opacity stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin " +
    "stroke-dasharray stroke-miterlimit paint-order opacity text-anchor font-size font-weight font-family font-variant"
  ).split(" "),
);

/** Presentation attributes are CSS: without quotes, colons and backslashes there is no way to write a URL in one. */
const isHarmless = (value: string): boolean => /^[\w\s#.,%()+-]*$/.test(value);

const REFERENCE = /^url\(#([\w-]+)\)$/;

const FRAGMENT = /^#([\w-]+)$/;

/** Numbers to a tenth of a pixel, which is less than an eye can see; sizes in em are left alone. */
const rounded = (value: string): string =>
  value.endsWith("em")
    ? value
    : value.replace(/-?\d*\.?\d+(?:e[-+]?\d+)?/g, (number) => String(Math.round(Number(number) * 10) / 10 + 0));

type Rename = (id: string) => string | undefined;

/** One attribute as it may stand, or none. References may only go to ids of the same figure. */
const attribute = (rename: Rename, name: string, value: string): readonly (readonly [string, string])[] => {
  if (COORDINATES.has(name)) return isHarmless(value) ? [[name, rounded(value)]] : [];
  if (!PRESENTATION.has(name)) return [];
  const inner = name === "id" ? value : (value.match(name === "href" ? FRAGMENT : REFERENCE)?.[1] ?? "");
  const id = rename(inner);
  if (name === "id") return id === undefined ? [] : [[name, id]];
  if (name === "href") return id === undefined ? [] : [[name, `#${id}`]];
  if (/\burl\b/i.test(value)) return id === undefined ? [] : [[name, `url(#${id})`]];
  return isHarmless(value) ? [[name, value]] : [];
};

const cleaned = (rename: Rename, tree: Tree): readonly Tree[] => {
  if (typeof tree === "string") return [tree];
  if (!ELEMENTS.has(tree.name)) return [];
  return [
    {
      name: tree.name,
      attributes: tree.attributes.flatMap(([name, value]) => attribute(rename, name, value)),
      children: tree.children.flatMap((child) => cleaned(rename, child)),
    },
  ];
};

const idsOf = (tree: Tree): readonly string[] =>
  typeof tree === "string"
    ? []
    : [...tree.attributes.flatMap(([name, value]) => (name === "id" ? [value] : [])), ...tree.children.flatMap(idsOf)];

/**
 * New names for the ids of a tree. One that ends in a number comes from a running count somewhere, so that it differs
 * from one drawing to the next: it is numbered anew in the order of appearance. A word stays, after the prefix.
 */
const renaming = (idPrefix: string, ids: readonly string[]): Rename => {
  const prefix = idPrefix.replace(/[^\w-]/g, "");
  const names = new Map(
    [...new Set(ids)].map((id, i) => [
      id,
      /^[A-Za-z][\w-]*[A-Za-z]$/.test(id) ? `${prefix}-${id}` : `${prefix}-${i + 1}`,
    ]),
  );
  return (id) => names.get(id);
};

/** The tree with nothing in it that can act, load or change from one drawing to the next. */
export const normalised = (tree: Branch, idPrefix: string): Branch => {
  const rename = renaming(idPrefix, idsOf(tree));
  return {
    name: tree.name,
    attributes: tree.attributes.flatMap(([name, value]) => attribute(rename, name, value)),
    children: tree.children.flatMap((child) => cleaned(rename, child)),
  };
};
