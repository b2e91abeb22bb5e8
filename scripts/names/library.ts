/**
 * What a library's names are here. The text of a group has lines of two kinds:
 *
 *     np: add zeros_like                       names that are the same here, but for camel case; `np>random:` in a namespace
 *     np.trace np.linalg.trace -> sum(diagonal(a)) // note
 */
export interface Library {
  /** Its key in theirs.json. */
  readonly key: string;
  readonly title: string;
  readonly groups: readonly (readonly [title: string, text: string])[];
  /** Kinds of names that have no counterpart, each with a reason. */
  readonly absent: readonly (readonly [kind: string, reason: string, names: string])[];
  /** Modules, with those of NumPy's whose names they share. */
  readonly alike?: Readonly<Record<string, string>>;
}

/** A name and what it is here: `jax.random.fold_in` and `random.foldIn`. */
export interface Same {
  readonly place: string;
  readonly theirs: string;
  readonly ours: string;
}

export interface Row {
  readonly theirs: readonly string[];
  readonly ours: string;
  readonly note: string;
}

export interface Group {
  readonly title: string;
  readonly same: readonly Same[];
  readonly rows: readonly Row[];
}

const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

/** The names of `np: add sub np>random: normal`. */
export const namesOf = (line: string): readonly Same[] =>
  line.split(/ (?=\S+: )/).flatMap((part) => {
    const [head = "", names = ""] = part.split(": ");
    const [place = "", space] = head.split(">");
    return names.split(" ").map((theirs) => ({
      place,
      theirs,
      ours: (space === undefined ? "" : `${space}.`) + camel(theirs),
    }));
  });

const rowOf = (line: string): Row => {
  const [theirs = "", rest = ""] = line.split(" -> ");
  const [ours = "", note = ""] = rest.split(" // ");
  return { theirs: theirs.split(" "), ours, note };
};

export const groupsOf = ({ groups }: Library): readonly Group[] =>
  groups.map(([title, text]) => {
    const lines = text.trim().split("\n");
    return {
      title,
      same: lines.filter((line) => !line.includes(" -> ")).flatMap(namesOf),
      rows: lines.filter((line) => line.includes(" -> ")).map(rowOf),
    };
  });

const fullName = ({ place, theirs }: Same): string => `${place}.${theirs}`;

/** All names that a library's data speaks of, as `np.linalg.norm`, as often as it does. */
export const mapped = (library: Library): readonly string[] => [
  ...groupsOf(library).flatMap(({ same, rows }) => [...same.map(fullName), ...rows.flatMap(({ theirs }) => theirs)]),
  ...library.absent.flatMap(([, , names]) => namesOf(names).map(fullName)),
];

/** All that stands on the right side: names, and expressions. */
export const oursOf = (library: Library): readonly string[] =>
  groupsOf(library).flatMap(({ same, rows }) => [...same, ...rows].map(({ ours }) => ours));
