import { parseSync } from "oxc-parser";

/** JavaScript's own names that an expression may use. */
const globals: ReadonlySet<string> = new Set([
  "Array",
  "Float32Array",
  "Float64Array",
  "Infinity",
  "Math",
  "NaN",
  "undefined",
]);

type Node = Readonly<Record<string, unknown>> & { readonly type: string };

const isNode = (x: unknown): x is Node =>
  typeof x === "object" && x !== null && "type" in x && typeof x.type === "string";

/** A node's children that are not merely names of its own: `b` of `a.b` and of `{ b: a }`. */
const childrenOf = (node: Node): readonly Node[] =>
  Object.entries(node).flatMap(([key, child]) => {
    const isLabel = (key === "property" || key === "key") && node["computed"] !== true;
    return isLabel ? [] : [child].flat().filter(isNode);
  });

const identifiers = (node: Node): readonly string[] => [
  ...(node.type === "Identifier" ? [String(node["name"])] : []),
  ...childrenOf(node).flatMap(identifiers),
];

const parameters = (node: Node): readonly string[] => [
  ...(node.type === "ArrowFunctionExpression" ? [node["params"]].flat().filter(isNode).flatMap(identifiers) : []),
  ...childrenOf(node).flatMap(parameters),
];

const programOf = (expression: string): Node => {
  const { program, errors } = parseSync("expression.ts", `(${expression});`);
  const [error] = errors;
  if (error !== undefined) throw new SyntaxError(`${expression}: ${error.message}`);
  return program as unknown as Node;
};

/** The names that an expression needs from outside: those of its functions, types and variables. */
export const freeNames = (expression: string): readonly string[] => {
  const program = programOf(expression);
  const own = new Set(parameters(program).filter((name) => !/^[A-Z]/.test(name)));
  return [...new Set(identifiers(program))].filter((name) => !own.has(name) && !globals.has(name));
};

const membersOf = (node: Node): readonly string[] => {
  const { object, property } = node;
  const isMember =
    node.type === "MemberExpression" && isNode(object) && object.type === "Identifier" && isNode(property);
  return [
    ...(isMember ? [`${String(object["name"])}.${String(property["name"])}`] : []),
    ...childrenOf(node).flatMap(membersOf),
  ];
};

/** The members of names that an expression uses, as `random.normal` and `x.shape`. */
export const memberNames = (expression: string): readonly string[] => membersOf(programOf(expression));
