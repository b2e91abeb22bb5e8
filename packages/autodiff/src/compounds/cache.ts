/** The most results of one kind that are remembered. */
const most = 32;

/** A cache that makes a result once for a key; the result that was used least recently is forgotten first. */
export const openCache = <A>(): ((key: string, make: () => A) => A) => {
  const known = new Map<string, A>();
  return (key, make) => {
    const found = known.get(key) ?? make();
    known.delete(key);
    known.set(key, found);
    const [oldest = key] = known.keys();
    if (known.size > most) known.delete(oldest);
    return found;
  };
};
