import { type NDArray, sum } from "@gradfold/core";
import type { ArrayType } from "@gradfold/core/library";
import { tracer } from "@gradfold/core/transform";
import { batch, spread, stackSize } from "../batch.ts";
import { call, closesOver } from "../compound.ts";
import { atMarks, countOf, filled, isFloating, marked, partsOf, present } from "../derived.ts";
import { elementAt } from "../element.ts";
import type { LeafFunction } from "../leaves.ts";
import type { Compound, Pushed } from "../program.ts";
import { pull, pullLeaves } from "../pull.ts";
import { traceLeaves } from "../trace.ts";

/* Functions of leaves whose derivatives are given, not derived. */

/** The types of a function's results. */
const typesOf = (name: string, f: LeafFunction, inputs: readonly ArrayType[]): readonly ArrayType[] => {
  const { program, result } = traceLeaves(inputs, f, (leaves) => leaves);
  if (program.constants.some((x) => tracer(x) !== undefined)) throw closesOver(name);
  return result.map(({ shape, dtype }) => ({ shape, dtype }));
};

/** The results, which no transform may follow: it could only follow what the function closes over. */
const evaluate =
  (name: string, f: LeafFunction): LeafFunction =>
  (inputs) => {
    const outputs = f(inputs);
    if (outputs.some((x) => tracer(x) !== undefined)) throw closesOver(name);
    return outputs;
  };

/** The function for n at once, all results stacked. */
const stacked =
  (f: LeafFunction, mapped: readonly boolean[], n: number): LeafFunction =>
  (leaves) =>
    spread(batch(f, leaves, mapped), n);

/** A function, the same with what its pullback needs, and the pullback. */
export interface PullRule {
  readonly f: LeafFunction;
  readonly forward: (leaves: readonly NDArray[]) => {
    readonly outputs: readonly NDArray[];
    readonly residuals: readonly NDArray[];
  };
  /** From the cotangents of the float results to those of the float operands. */
  readonly backward: (residuals: readonly NDArray[], cotangents: readonly NDArray[]) => readonly NDArray[];
}

const stackedPullRule = (
  { f, forward, backward }: PullRule,
  mapped: readonly boolean[],
  floats: readonly boolean[],
  n: number,
): PullRule => ({
  f: stacked(f, mapped, n),
  forward: (leaves) => {
    let lengths = { outputs: 0, residuals: 0 };
    const both: LeafFunction = (xs) => {
      const { outputs, residuals } = forward(xs);
      lengths = { outputs: outputs.length, residuals: residuals.length };
      return [...outputs, ...residuals];
    };
    return partsOf(stacked(both, mapped, n)(leaves), lengths);
  },
  backward: (residuals, cotangents) => {
    const all = [...residuals, ...cotangents];
    const both: LeafFunction = (xs) => {
      const parts = partsOf(xs, { residuals, cotangents });
      return backward(parts.residuals, parts.cotangents);
    };
    const ofFloats = marked(mapped, floats);
    // What is the same for all has a share in each result.
    return stacked(
      both,
      all.map(() => true),
      n,
    )(all).map((x, i) => (elementAt(ofFloats, i) ? x : sum(x, 0)));
  },
});

/** Reverse mode by the rule; forward mode by its transpose, since a pullback is linear. */
export const customVjpCompound = (rule: PullRule): Compound => ({
  name: "customVjp",
  control: { kind: "function", f: rule.f },
  types: (inputs) => typesOf("customVjp", rule.f, inputs),
  evaluate: evaluate("customVjp", rule.f),
  jvp: (tangents, inputs) => {
    const { outputs, residuals } = rule.forward(inputs);
    const floats = outputs.map(isFloating);
    const nothing = marked(filled([], outputs), floats);
    const { pullBack } = pullLeaves((cotangents) => rule.backward(residuals, cotangents), nothing);
    return { outputs, tangents: atMarks(pullBack(marked(tangents, inputs.map(isFloating))), floats).map((t) => t) };
  },
  vjp: (inputs) => {
    const { outputs, residuals } = rule.forward(inputs);
    const floats = outputs.map(isFloating);
    return {
      outputs,
      pullBack: (cotangents) =>
        atMarks(rule.backward(residuals, marked(filled(cotangents, outputs), floats)), inputs.map(isFloating)),
    };
  },
  batch: (inputs, mapped) => {
    const n = stackSize(inputs, mapped);
    const compound = customVjpCompound(stackedPullRule(rule, mapped, inputs.map(isFloating), n));
    const outputs = call(compound, inputs);
    return { outputs, mapped: outputs.map(() => true) };
  },
});

/** A function, and its results with their tangents (of floats; null is zero) for operands and all their tangents. */
export interface PushRule {
  readonly f: LeafFunction;
  readonly push: (primals: readonly NDArray[], tangents: readonly NDArray[]) => Pushed;
}

const stackedPushRule = ({ f, push }: PushRule, mapped: readonly boolean[], n: number): PushRule => ({
  f: stacked(f, mapped, n),
  push: (primals, tangents) => {
    let found: readonly boolean[] = [];
    const both: LeafFunction = (leaves) => {
      const given = partsOf(leaves, { primals, tangents });
      const next = push(given.primals, given.tangents);
      found = next.tangents.map((t) => t !== null);
      return [...next.outputs, ...present(next.tangents)];
    };
    const all = stacked(both, [...mapped, ...mapped], n)([...primals, ...tangents]);
    const parts = partsOf(all, { outputs: found, tangents: countOf(found) });
    return { outputs: parts.outputs, tangents: atMarks(parts.tangents, found) };
  },
});

/** Forward mode by the rule; reverse mode by its transpose, since the tangent is linear in the operands' tangents. */
export const customJvpCompound = (rule: PushRule, name = "customJvp"): Compound => ({
  name,
  control: { kind: "function", f: rule.f },
  types: (inputs) => typesOf(name, rule.f, inputs),
  evaluate: evaluate(name, rule.f),
  jvp: (tangents, inputs) => rule.push(inputs, filled(tangents, inputs)),
  vjp: (inputs) => {
    const { result, pullBack } = pull(
      (tangents) => rule.push(inputs, tangents),
      filled([], inputs),
      ({ tangents }) => present(tangents),
    );
    const found = result.tangents.map((t) => t !== null);
    return { outputs: result.outputs, pullBack: (cotangents) => pullBack(marked(cotangents, found)) };
  },
  batch: (inputs, mapped) => {
    const compound = customJvpCompound(stackedPushRule(rule, mapped, stackSize(inputs, mapped)), name);
    const outputs = call(compound, inputs);
    return { outputs, mapped: outputs.map(() => true) };
  },
});
