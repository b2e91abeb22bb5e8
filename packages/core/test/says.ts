/* For tests of a compiler's words: what a parameter's type is, to the letter. Nothing here is ever run. */

/** What a function asks of its second argument. */
type Second<F> = F extends (a: never, b: infer B, ...rest: never) => unknown ? Exclude<B, undefined> : never;
type First<F> = F extends (a: infer A, ...rest: never) => unknown ? A : never;

/** Compiles only when the parameter's type is exactly these words. */
export const says =
  <Words extends string>() =>
  <Asked>(_asked: Asked & ([Asked] extends [Words] ? ([Words] extends [Asked] ? unknown : never) : never)): void => {};

const nothing = undefined as never;
export const first = <F>(_f: F): First<F> => nothing;
export const second = <F>(_f: F): Second<F> => nothing;
