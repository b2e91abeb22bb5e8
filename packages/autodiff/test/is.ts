/** Something where two types are the same, and words that nothing has where they are not. */
export type Same<A, B> =
  (<T>() => T extends A ? 1 : 0) extends <T>() => T extends B ? 1 : 0 ? unknown : "not the expected type";

/** Compiles only when the value's inferred type is exactly T. */
export const is =
  <T>() =>
  <V>(_value: V & Same<T, V>): void => {};
