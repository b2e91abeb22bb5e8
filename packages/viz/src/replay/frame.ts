import { DomainError } from "@gradfold/core/library";
import { type Check, elements, finite, isArray, isList, isObject, pair, type Place, refuse } from "../check.ts";
import { numberOrNull, wayOut } from "../column.ts";
import type { Path } from "../figure.ts";
import { steadyText, type Value } from "../number.ts";

/** One moment of a run, as plain data. Numbers that are not finite are shown as words, missing ones as a dash. */
export interface ReplayFrame {
  /** How many steps lead to it. */
  readonly step: number;
  /** The loss there. */
  readonly loss?: number | null | undefined;
  /** By name, or in order. */
  readonly params: ArrayLike<number | null> | { readonly [name: string]: number | null };
  /** The fit as points `[x, y]` in data units: two for a straight line. Null is a gap. */
  readonly line: readonly (readonly number[] | null)[];
}

/** A frame as it was read. */
export interface Moment {
  readonly step: number;
  readonly loss: Value;
  readonly params: Parameters;
  readonly line: Path;
}

/** A row of the readout: its name, and what it says at each frame. */
export interface Readout {
  readonly name: string;
  readonly texts: readonly string[];
}

/** More parameters than this do not make a readout. */
const MOST = 8;

/** How many parameters there are, and the first of them with their names. */
interface Parameters {
  readonly count: number;
  readonly shown: readonly (readonly [name: string, value: Value])[];
}

const paramsOf: Check<Parameters> = (given, place) => {
  const params =
    isObject(given) && !isArray(given) ? given : refuse(place, "a list or an object of numbers", given, wayOut(given));
  const keys = isList(given)
    ? Array.from({ length: Math.min(given.length, MOST) }, (_, i) => String(i))
    : Object.keys(params);
  const shown = keys.slice(0, MOST).map((key) => {
    const name = isList(given) ? `params[${key}]` : key;
    return [name, numberOrNull(params[key], () => `${place()}[${JSON.stringify(key)}]`)] as const;
  });
  return { count: isList(given) ? given.length : keys.length, shown };
};

const pointOf = pair(numberOrNull, "[x, y]");

const lineOf: Check<Path> = (given, place) =>
  elements(isList(given) ? given : refuse(place, "a list of points", given), place, (point, at) => {
    const [x, y] = point === null ? [null, null] : pointOf(point, at);
    return x === null || y === null ? null : [x, y];
  });

const momentOf: Check<Moment> = (given, place) => {
  const { step, loss, params, line } = isObject(given) ? given : refuse(place, "a frame", given);
  return {
    step: finite(step, () => `${place()}.step`),
    loss: numberOrNull(loss, () => `${place()}.loss`),
    params: paramsOf(params, () => `${place()}.params`),
    line: lineOf(line, () => `${place()}.line`),
  };
};

/** The frames as they were read, or a DomainError. */
export const momentsOf = (op: string, frames: unknown): readonly Moment[] => {
  const place: Place = () => `${op}: frames`;
  const moments = elements(isList(frames) ? frames : refuse(place, "a list of frames", frames), place, momentOf);
  const [first] = moments;
  if (first === undefined) throw new DomainError(`${op}: no frame to show: []. Give at least one.`);
  moments.forEach((moment, i) => {
    if (namesOf(moment) !== namesOf(first))
      throw new DomainError(
        `${op}: frames have different parameters: {${namesOf(first)}} at frame 0, {${namesOf(moment)}} at frame ${i}.`,
      );
  });
  return moments;
};

const namesOf = ({ params: { count, shown } }: Moment): string =>
  [...shown.map(([name]) => name), ...(count > MOST ? [`${count - MOST} more`] : [])].join(", ");

/** What the page says in numbers: the step, the loss if there is one, and each parameter. */
export const readouts = (moments: readonly Moment[]): readonly Readout[] => [
  { name: "step", texts: moments.map(({ step }) => String(step)) },
  ...(moments.some(({ loss }) => loss !== null)
    ? [{ name: "loss", texts: moments.map(({ loss }) => steadyText(loss)) }]
    : []),
  ...(moments[0]?.params.shown ?? []).map(([name], i) => ({
    name,
    texts: moments.map(({ params }) => steadyText(params.shown[i]?.[1] ?? null)),
  })),
];
