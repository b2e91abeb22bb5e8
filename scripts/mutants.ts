import { createHash } from "node:crypto";
import { type Node, parseSync, visitorKeys } from "oxc-parser";

/** One small fault that could be planted in a source text, and the lines around it before and after. */
export interface Mutant {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly line: number;
  /** `before → after`, which names the fault wherever in the file it stands. */
  readonly change: string;
}

type Edit = Pick<Mutant, "start" | "end" | "text">;
type Span = Pick<Node, "start" | "end">;

const operators: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "**": ["*"],
  "&": ["|"],
  "|": ["&"],
  "^": ["&"],
  "<<": [">>"],
  ">>": ["<<"],
  ">>>": ["<<"],
  "&&": ["||"],
  "||": ["&&"],
  "+=": ["-="],
  "-=": ["+="],
  "*=": ["/="],
  "/=": ["*="],
  "??=": ["&&="],
  "++": ["--"],
  "--": ["++"],
};

/** Methods and their opposites. */
const opposites: Readonly<Record<string, string>> = {
  min: "max",
  max: "min",
  floor: "ceil",
  ceil: "floor",
  some: "every",
  every: "some",
  shift: "pop",
  pop: "shift",
  push: "unshift",
  unshift: "push",
  find: "findLast",
  findLast: "find",
  findIndex: "findLastIndex",
  findLastIndex: "findIndex",
  indexOf: "lastIndexOf",
  lastIndexOf: "indexOf",
  startsWith: "endsWith",
  endsWith: "startsWith",
};

/** Methods without which the object would do as well. */
const droppable = new Set([
  "slice",
  "subarray",
  "filter",
  "toSorted",
  "sort",
  "toReversed",
  "reverse",
  "concat",
  "trim",
]);

/** Functions of `Math` without which the argument would do as well. */
const roundings = new Set(["abs", "trunc", "round", "fround", "floor", "ceil"]);

/** The text of a node, and its replacements by others. */
interface Source {
  readonly code: (span: Span) => string;
  readonly put: (span: Span, ...texts: readonly string[]) => readonly Edit[];
  readonly operator: (name: string, from: number) => readonly Edit[];
}

const sourceOf = (text: string): Source => {
  const put: Source["put"] = ({ start, end }, ...texts) => texts.map((each) => ({ start, end, text: each }));
  return {
    code: ({ start, end }) => text.slice(start, end),
    put,
    operator: (name, from) => {
      const start = text.indexOf(name, from);
      return put({ start, end: start + name.length }, ...(operators[name] ?? []));
    },
  };
};

type Of<T extends Node["type"]> = Extract<Node, { type: T }>;

const binary = ({ operator: name, left }: Of<"BinaryExpression" | "AssignmentExpression">, { operator }: Source) =>
  operator(name, left.end);

const jump = (node: Node, { put }: Source) => put(node, ";");

const loop = ({ test }: Of<"WhileStatement" | "DoWhileStatement" | "ForStatement">, { put }: Source) =>
  test ? put(test, "false") : [];

/** Without a value of many lines nothing would work at all. */
const isShort = (span: Span, { code }: Source): boolean => !code(span).includes("\n");

/** The faults that a node of each type offers, as edits of the text. */
const faults: { readonly [T in Node["type"]]?: (node: Of<T>, source: Source) => readonly Edit[] } = {
  BinaryExpression: binary,
  AssignmentExpression: binary,
  LogicalExpression: ({ operator: name, left, right, ...node }, { operator, put, code }) => [
    ...operator(name, left.end),
    ...put(node, code(left), code(right)),
  ],
  UpdateExpression: ({ operator: name, prefix, start, argument }, { operator }) =>
    operator(name, prefix ? start : argument.end),
  UnaryExpression: (node, { put, code }) => (/[-!~]/.test(node.operator) ? put(node, code(node.argument)) : []),
  Literal: (node, { put }) => {
    const { value } = node;
    if (typeof value === "boolean") return put(node, String(!value));
    if (typeof value === "number") return put(node, String(value + 1), value < 1 ? `(${value - 1})` : `${value - 1}`);
    if (typeof value === "bigint") return put(node, `${value + 1n}n`, `${value - 1n}n`);
    // A text with spaces is a message.
    return typeof value === "string" && !value.includes(" ") ? put(node, value === "" ? '"mutant"' : '""') : [];
  },
  ConditionalExpression: (node, { put, code }) => put(node, `(${code(node.consequent)})`, `(${code(node.alternate)})`),
  IfStatement: ({ test }, { put }) => put(test, "true", "false"),
  WhileStatement: loop,
  DoWhileStatement: loop,
  ForStatement: loop,
  ArrowFunctionExpression: ({ body, expression }, source) =>
    expression && isShort(body, source) ? source.put(body, "undefined") : [],
  ReturnStatement: (node, source) => {
    if (!node.argument) return jump(node, source);
    return isShort(node.argument, source) ? source.put(node.argument, "undefined") : [];
  },
  ThrowStatement: jump,
  BreakStatement: jump,
  ContinueStatement: jump,
  ExpressionStatement: (node, source) => (node.directive ? [] : jump(node, source)),
  ArrayExpression: (node, { put }) => (node.elements.length > 0 ? put(node, "[]") : []),
  ObjectExpression: (node, source) =>
    node.properties.length > 0 && isShort(node, source) ? source.put(node, "{}") : [],
  SpreadElement: ({ argument }, { put }) => put(argument, "[]"),
  MemberExpression: ({ object: { end }, optional, computed }, { put }) =>
    optional ? put({ start: end, end: end + 2 }, computed ? "" : ".") : [],
  CallExpression: (node, { code, put }) => {
    const { callee, arguments: given } = node;
    if (callee.type !== "MemberExpression" || callee.computed) return [];
    const [name, object, first] = [callee.property.name, code(callee.object), given[0]];
    const ends = name === "slice" || name === "subarray" ? given.filter(({ type }) => type !== "Literal") : [];
    return [
      ...(Object.hasOwn(opposites, name) ? put(callee.property, opposites[name] ?? "") : []),
      ...(object === "Math" && first && roundings.has(name) ? put(node, `(${code(first)})`) : []),
      ...(droppable.has(name) ? put(node, object) : []),
      ...ends.flatMap((end) => put(end, `${code(end)} + 1`)),
    ];
  },
};

/** The compiler does not see that the table has for each type what takes its nodes. */
const editsOf = (node: Node, source: Source): readonly Edit[] =>
  (faults[node.type] as ((node: Node, source: Source) => readonly Edit[]) | undefined)?.(node, source) ?? [];

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value;

/** What is inside a node; of a type annotation and of the text of an error, nothing. */
const within = (node: Node): readonly Node[] => {
  if (node.type.startsWith("Import") || node.type === "ExportAllDeclaration") return [];
  if (node.type === "NewExpression" && node.callee.type === "Identifier" && node.callee.name.endsWith("Error"))
    return [];
  const wrapped = ["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression"].includes(node.type);
  if (node.type.startsWith("TS") && !wrapped) return [];
  const named = (node.type === "Property" || node.type === "PropertyDefinition") && !node.computed;
  const keys = (visitorKeys[node.type] ?? []).filter((key) => !(named && key === "key") && key !== "source");
  // The parser's list of keys says where a node keeps nodes.
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  return keys.flatMap((key) => [fields[key]].flat()).filter(isNode);
};

const described = (source: string, edit: Edit): Mutant => {
  const from = source.lastIndexOf("\n", edit.start - 1) + 1;
  const next = source.indexOf("\n", edit.end);
  const to = next < 0 ? source.length : next;
  const firstLine = (text: string): string => text.trim().replace(/\n[^]*/, " …");
  const after = source.slice(from, edit.start) + edit.text + source.slice(edit.end, to);
  return {
    ...edit,
    line: source.slice(0, edit.start).split("\n").length,
    change: `${firstLine(source.slice(from, to))} → ${firstLine(after)}`,
  };
};

/** A source text with a fault in it. */
export const planted = (source: string, { start, end, text }: Edit): string =>
  source.slice(0, start) + text + source.slice(end);

/** The small faults that could be planted in a TypeScript source: not in its types, nor in the texts of its errors. */
export const mutantsOf = (source: string): readonly Mutant[] => {
  const text = sourceOf(source);
  const walk = (node: Node): readonly Edit[] => [...editsOf(node, text), ...within(node).flatMap(walk)];
  const mutants = walk(parseSync("source.ts", source).program).map((edit) => described(source, edit));
  const found = new Map(mutants.map((mutant) => [planted(source, mutant), mutant]));
  found.delete(source);
  return [...found.values()].toSorted((a, b) => a.start - b.start);
};

/** Some of the mutants. A mutant's rank follows from the seed and its change, so that edits elsewhere keep the sample. */
export const sampleOf = (mutants: readonly Mutant[], count: number, seed: number): readonly Mutant[] => {
  const rank = ({ change }: Mutant): string => createHash("sha256").update(`${seed} ${change}`).digest("hex");
  const ranked = mutants.map((mutant) => ({ mutant, rank: rank(mutant) }));
  const first = ranked.toSorted((a, b) => (a.rank < b.rank ? -1 : 1)).slice(0, count);
  const chosen = new Set(first.map(({ mutant }) => mutant));
  return mutants.filter((mutant) => chosen.has(mutant));
};
