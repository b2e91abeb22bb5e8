import { reshape, tree } from "@gradfold/core";
import { sizeOf, stackRows } from "@gradfold/core/library";
import { change } from "../../form.ts";
import { gatheringOf } from "../../gathering.ts";
import { readerOf } from "../../inputs.ts";
import type { AnyInputs, AnyStep } from "../trajectory.ts";
import { type Alike, type Keeping, mostSteps } from "./alike.ts";
import { gatheredSteps } from "./gathered.ts";
import type { Caller } from "./loop.ts";
import { groupsOf, rememberFor, stepOn, toldStepOn } from "./remember.ts";

/** No more than this many inputs are stacked for one call. */
const mostStacked = 1024;

/** The same input again and again. */
const repeatedly = (caller: Caller, step: AnyStep, input: unknown, count: number): Alike => {
  const remembered = rememberFor(caller, step, { input });
  const { evaluate } = step;
  const unit = evaluate === undefined ? stepOn(remembered, step, () => input) : toldStepOn(remembered, step, input);
  const alike = { unit, grouped: groupsOf(remembered, unit), count, feed: () => null };
  return evaluate === undefined ? alike : { ...alike, enter: (state) => ({ state, known: evaluate(state, input) }) };
};

/** Inputs of one form, stacked. */
const stacked = (caller: Caller, step: AnyStep, inputs: readonly unknown[]): Alike => {
  const { structure } = tree.flatten(inputs[0]);
  const remembered = rememberFor(caller, step, undefined);
  const unit = stepOn(remembered, step, (fed) => fed);
  return {
    unit,
    grouped: groupsOf(remembered, unit),
    count: inputs.length,
    feed: (from, lengths) => {
      const rows = stackRows(inputs.slice(from, from + sizeOf(lengths)).map(tree.leaves));
      return tree.unflatten(
        structure,
        rows.map((x) => reshape(x, [...lengths, ...x.shape.slice(1)])),
      );
    },
  };
};

/** Inputs one after another: one that comes `count` times, or members of one form. */
interface Group {
  readonly members: unknown[];
  count: number;
}

/** Whether an input goes on with a group, which then has it. */
const joins = (group: Group, input: unknown): boolean => {
  const { members, count } = group;
  const isRepeated = input === members[0] && members.length === 1;
  if (isRepeated ? count === mostSteps : count > 1 || members.length === mostStacked) return false;
  if (isRepeated) group.count++;
  else if (change(input, members[0]) !== undefined) return false;
  else members.push(input);
  return true;
};

function* alikeIn(name: string, inputs: AnyInputs): Generator<Group> {
  const inputAt = readerOf(name, inputs);
  let group: Group | undefined;
  for (let i = 0; i < inputs.length; i++) {
    const input = inputAt(i);
    if (group !== undefined && joins(group, input)) continue;
    if (group !== undefined) yield group;
    group = { members: [input], count: 1 };
  }
  if (group !== undefined) yield group;
}

function* inGroups(caller: Caller, step: AnyStep, inputs: AnyInputs): Generator<Alike> {
  for (const { members, count } of alikeIn(caller.name, inputs))
    yield count > 1 || members[0] === undefined
      ? repeatedly(caller, step, members[0], count)
      : stacked(caller, step, members);
}

/** The steps over inputs, as many at once as can be. */
export const alikeOf = (caller: Caller, step: AnyStep, inputs: AnyInputs, kept: Keeping): Iterable<Alike> => {
  const gathering = gatheringOf(inputs);
  return gathering === undefined
    ? inGroups(caller, step, inputs)
    : gatheredSteps(caller, step, inputs.length, gathering, kept);
};
