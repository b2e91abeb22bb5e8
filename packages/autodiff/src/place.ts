/** Says where a path in a tree leads, in words. */
export type Place = (path: string) => string;

/** `w of the carry` for the path "w" in the carry. */
export const placeIn =
  (whole: string): Place =>
  (path) =>
    path === "" ? whole : `${path} of ${whole}`;

/** `w of argument 1` for the path "[1].w" in a list of arguments. */
export const argumentPlace = (path: string): string => {
  const [, number, rest = ""] = /^\[(\d+)\]\.?(.*)$/s.exec(path) ?? [];
  return number === undefined ? "the list of arguments" : placeIn(`argument ${number}`)(rest);
};

/** `w of the result` for the path "w" in a result. */
export const resultPlace = (path: string): string => placeIn("the result")(path);
