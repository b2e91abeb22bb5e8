import { type ArrowFunctionExpression, parseSync, Visitor } from "oxc-parser";

/** A piece of text in the place of another. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** An arrow function as a function expression in parentheses: `(x) => y` as `(function (x) {return y})`. */
const editsOf = (source: string, { start, end, async, body }: ArrowFunctionExpression): readonly Edit[] => {
  const arrow = source.lastIndexOf("=>", body.start);
  const [open, close] = body.type === "BlockStatement" ? ["", ")"] : ["{return (", ")})"];
  return [
    { start, end: async ? start + "async".length : start, text: async ? "(async function " : "(function " },
    { start: arrow, end: arrow + "=>".length, text: open },
    { start: end, end, text: close },
  ];
};

/**
 * A source text whose functions the engine compiles when it reads them: V8 takes parentheses around a function
 * expression, not around an arrow function, as a sign that it is called soon. Lines stay where they were.
 *
 * @throws Error for an arrow function that uses `this`, which would be another one
 */
export const eagerly = (path: string, source: string): string => {
  const edits: Edit[] = [];
  const { program, errors } = parseSync(path, source);
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  new Visitor({
    // Of functions that end together, the inner one comes first.
    "ArrowFunctionExpression:exit": (node) => {
      edits.push(...editsOf(source, node));
    },
    ThisExpression: () => {
      throw new Error(`${path}: \`this\` in a function that is to be compiled at once.`);
    },
  }).visit(program);
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start)) {
    parts.push(source.slice(at, start), text);
    at = end;
  }
  return [...parts, source.slice(at)].join("");
};
