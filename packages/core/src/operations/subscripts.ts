import { describe } from "../array/description.ts";
import { formatShape, type Shape } from "../array/shape.ts";
import { ShapeError } from "../error/error.ts";

/** The names of some axes: letters, and ".0", ".1", … for those of an ellipsis, counted from the end. */
export type Labels = readonly string[];

/** Which names the axes of each operand and of the output have. */
export interface Subscripts {
  readonly inputs: readonly Labels[];
  readonly output: Labels;
}

const fail = (what: string): never => {
  throw new ShapeError(`einsum: ${what}`);
};

const ellipsis = "...";

/** Names of so many axes in the place of an ellipsis. */
const dots = (count: number): Labels => Array.from({ length: count }, (_, i) => `.${count - 1 - i}`);

/** The letters before and behind an ellipsis, if there is one. */
const split = (spec: string, term: string): readonly Labels[] => {
  const parts = term.split(ellipsis);
  const bad = /[^A-Za-z]/.exec(parts.join(""))?.[0];
  if (bad !== undefined) fail(`a name must be a letter, not "${bad}" in ${spec}`);
  if (parts.length > 2) fail(`an operand has more than one ellipsis in ${spec}`);
  return parts.map((part) => part.split(""));
};

const inputLabels = (spec: string, term: string, shape: Shape): Labels => {
  const [before = [], behind] = split(spec, term);
  const letters = before.length + (behind?.length ?? 0);
  const rest = shape.length - letters;
  if (behind === undefined ? rest !== 0 : rest < 0)
    fail(`"${term}" names ${letters} axes of ${formatShape(shape)}, which has ${shape.length}, in ${spec}`);
  return [...before, ...(behind === undefined ? [] : dots(rest)), ...(behind ?? [])];
};

const outputLabels = (spec: string, term: string, inputs: readonly Labels[], batch: Labels): Labels => {
  const [before = [], behind] = split(spec, term);
  const letters = [...before, ...(behind ?? [])];
  const known = new Set(inputs.flat());
  const unknown = letters.find((label) => !known.has(label));
  if (unknown !== undefined) fail(`the output names ${unknown}, which no operand has, in ${spec}`);
  const twice = letters.find((label, i) => letters.indexOf(label) !== i);
  if (twice !== undefined) fail(`the output names ${twice} twice in ${spec}`);
  if (behind === undefined && batch.length > 0) fail(`the output lacks the ellipsis of the operands in ${spec}`);
  return [...before, ...(behind === undefined ? [] : batch), ...(behind ?? [])];
};

/** Letters that stand once, in the order of the alphabet, capitals first. */
const implied = (inputs: readonly Labels[], batch: Labels): Labels => {
  const all = inputs.flat().filter((label) => !label.startsWith("."));
  return [...batch, ...all.filter((label) => all.indexOf(label) === all.lastIndexOf(label)).toSorted()];
};

/** Reads subscripts such as "ij,jk->ik" for operands of given shapes. */
export const labelsOf = (spec: string, shapes: readonly Shape[]): Subscripts => {
  if (typeof spec !== "string") fail(`subscripts such as "ij,jk->ik" come first, not ${describe(spec)}`);
  const [left = "", right, more] = spec.replaceAll(" ", "").split("->");
  if (more !== undefined) fail(`more than one "->" in ${spec}`);
  const terms = left.split(",");
  if (terms.length !== shapes.length) fail(`${spec} is for ${terms.length} operands, but ${shapes.length} are given`);
  const inputs = terms.map((term, k) => inputLabels(spec, term, shapes[k] ?? []));
  const count = Math.max(...inputs.map((labels) => labels.filter((label) => label.startsWith(".")).length));
  const batch = dots(count);
  return { inputs, output: right === undefined ? implied(inputs, batch) : outputLabels(spec, right, inputs, batch) };
};
