import { areIdentical } from "../../form.ts";
import { checkMetric, takeStep } from "../step.ts";
import type { AnyStep } from "../trajectory.ts";
import type { Alike } from "./alike.ts";
import { type AnyScan, type Caller, type Loop, oneStep, over } from "./loop.ts";

/** The loop of a name over inputs of one source, which is made once: a compiled loop is found again by its body. */
export type Remember = (name: string, make: (caller: Caller) => Loop) => Loop;

/** The loops of a step over inputs that are made from one source: a batch, or tables. */
interface Known {
  readonly source: unknown;
  readonly caller: { name: string; readonly scan: AnyScan };
  readonly loops: Map<string, Loop>;
}

/** The loops of this many sources of a step are kept: each holds its tables, and compiled it has a copy of them. */
const mostKnown = 4;

const knownOf = new WeakMap<AnyStep, Known[]>();

export const rememberFor = ({ name, scan }: Caller, step: AnyStep, source: unknown): Remember => {
  const all = knownOf.get(step) ?? [];
  knownOf.set(step, all);
  const at = all.findIndex((each) => each.caller.scan === scan && areIdentical(each.source, source));
  const [old] = at < 0 ? [] : all.splice(at, 1);
  const { caller, loops } = old ?? { caller: { name, scan }, loops: new Map<string, Loop>() };
  all.unshift({ source, caller, loops });
  all.splice(mostKnown);
  return (key, make) => {
    caller.name = name;
    const loop = loops.get(key) ?? make(caller);
    loops.set(key, loop);
    return loop;
  };
};

const checked = (name: string, metrics: Readonly<Record<string, unknown>>) => {
  for (const [metric, value] of Object.entries(metrics)) checkMetric(name, metric, value);
  return metrics;
};

/** A state, and what the step before knows of it. */
interface Told {
  readonly state: unknown;
  readonly known: unknown;
}

/** One step on the same input again and again, which is told what the step before knows. */
export const toldStepOn = (remember: Remember, step: AnyStep, input: unknown): Loop =>
  remember("step", (caller) =>
    oneStep(
      (carried) => {
        const { state, known } = carried as Told; // as it enters the loop and as it is made here
        const [next, metrics, toTell] = takeStep(caller.name, step, state, input, undefined, known);
        // A step that tells nothing, since its state has a key, takes no notice of what is known.
        return [{ state: next, known: toTell ?? known }, checked(caller.name, metrics)];
      },
      (carried) => (carried as Told).state,
    ),
  );

/** One step, on the input that `inputOf` makes of what it is fed with. */
export const stepOn = (remember: Remember, step: AnyStep, inputOf: (fed: unknown) => unknown): Loop =>
  remember("step", (caller) =>
    oneStep((state, fed) => {
      const [next, metrics] = takeStep(caller.name, step, state, inputOf(fed));
      return [next, checked(caller.name, metrics)];
    }),
  );

/** The loops over a number of units. */
export const groupsOf =
  (remember: Remember, unit: Loop): Alike["grouped"] =>
  (count) =>
    remember(`${count} steps`, (caller) => over(caller, unit, count, false));
