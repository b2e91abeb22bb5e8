/** An element that is there. */
export const elementAt = <A>(list: readonly A[], index: number): A => {
  const element = list[index];
  if (element === undefined) throw new RangeError(`a list of ${list.length} has no element ${index}`);
  return element;
};
