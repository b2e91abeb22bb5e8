import { type NDArray, toTypedArray, tree, TreeError } from "@gradfold/core";
import { allocateAlone } from "@gradfold/core/library";
import { toJson } from "@gradfold/core/files";
import { checkValues, pairsOf } from "./check.ts";
import { format, metricsGroup, named, version } from "./names.ts";
import type { Recording } from "./recording.ts";
import { type Column, write, type Written } from "./safetensors.ts";
import { mostNodes, nodesOf, pathsOf, type Skeleton, skeletonOf } from "./skeleton.ts";

const numbers = (name: string, length: number, values: () => Float64Array): Column => ({
  name,
  dtype: "float64",
  shape: [length],
  parts: () => [values()],
});

const formOf = (name: string, final: unknown): Skeleton => {
  const skeleton = skeletonOf(final);
  const nodes = nodesOf(skeleton);
  if (nodes <= mostNodes) return skeleton;
  throw new TreeError(
    `${name}: a state of ${nodes} leaves and branches has more than ${mostNodes}. Put leaves together.`,
  );
};

/**
 * A recording as a file, or the error of what could not be read again; no part of it is made yet. What passes without steps
 * passes with any number of them.
 */
export const fileOf = (name: string, made: Recording): Written => {
  checkValues(name, made);
  const { final, keyframes, metrics, steps, lost = [] } = made;
  const skeleton = formOf(name, final);
  const paths = pathsOf(skeleton);
  const leaves: readonly NDArray[] = tree.leaves(final);
  const rows = keyframes.map(({ state }) => tree.leaves(state));
  /** The same leaf of all keyframes, one after another. */
  const kept = ({ dtype, shape }: NDArray, i: number): Column => ({
    name: named("keyframes", paths[i] ?? ""),
    dtype,
    shape: [rows.length, ...shape],
    parts: () => rows.flatMap((row) => row[i] ?? []).map(toTypedArray),
  });
  const last = (x: NDArray, i: number): Column => ({
    name: named("state", paths[i] ?? ""),
    dtype: x.dtype,
    shape: x.shape,
    parts: () => [toTypedArray(x)],
  });
  return write(
    name,
    [
      numbers("keyframe_steps", rows.length, () => Float64Array.from(keyframes, ({ step }) => step)),
      ...leaves.map(kept),
      // In their own order, in which a reader gets them.
      ...Object.entries(metrics).map(([metric, values]) =>
        numbers(`${metricsGroup}${metric}`, steps, () => Float64Array.from(values)),
      ),
      ...leaves.map(last),
    ],
    {
      format,
      version: String(version),
      numerics: String(made.numerics),
      steps: String(steps),
      state: toJson(skeleton),
      description: toJson(made.description),
      ...(lost.length > 0 ? { lost: toJson(pairsOf(lost)) } : {}),
    },
    // One without steps may be the beginning of a run.
    steps === 0,
  );
};

/**
 * A recording as the bytes of a safetensors file, which Python reads too: tensors `state/…` (the last one), `keyframes/…`
 * (with a row for each of `keyframe_steps`), `metrics/…` and `checksum`; the rest in its metadata.
 *
 * `decode` gives back what was encoded: the form of the states is that of the last one.
 *
 * @throws TreeError when the states have different forms; DomainError when metrics, keyframes or description are none, or
 * when names and description take more than 16 MiB
 * @example
 * import { either, recording, steps, trajectory } from "gradfold";
 * const run = trajectory.fold((n: number) => [n * 2, { loss: n }], 1, steps(3));
 * const bytes = recording.encode(recording.of(run));
 * either.map((read: recording.Recording) => read.final)(recording.decode(bytes)); // => { _tag: 'Right', right: 8 }
 */
export const encode = (made: Recording): Uint8Array => {
  const { length, parts } = fileOf("recording.encode", made);
  const bytes = new Uint8Array(allocateAlone("bool", length, "recording.encode").buffer);
  let at = 0;
  for (const part of parts()) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};
