/** Whether something is a plain object, such as a literal: a node of trees. */
export const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> => {
  if (typeof x !== "object" || x === null) return false;
  const parent: unknown = Object.getPrototypeOf(x);
  return parent === Object.prototype || parent === null;
};

/** Whether something is a list, which nobody here writes to. */
export const isList = (x: unknown): x is readonly unknown[] => Array.isArray(x);
