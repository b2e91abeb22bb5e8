/** Makes a value when it is first asked for, and keeps it. */
export const lazy = <A>(make: () => A): (() => A) => {
  let made: readonly [A] | undefined;
  return () => (made ??= [make()])[0];
};
