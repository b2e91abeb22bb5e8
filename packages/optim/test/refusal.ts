/** The name and the words of the error that something throws. */
export const messageOf = (f: () => unknown): string => {
  try {
    f();
  } catch (e) {
    return `${(e as Error).name}: ${(e as Error).message}`;
  }
  return "nothing was refused";
};
