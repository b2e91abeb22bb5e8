import { type NDArray, take, tree } from "@gradfold/core";
import type { Gathering } from "../../gathering.ts";
import type { AnyStep } from "../trajectory.ts";
import type { Alike, Keeping } from "./alike.ts";
import { choosing } from "./choosing.ts";
import { inParts } from "./epochs.ts";
import { shapeOf } from "./indices.ts";
import type { Caller } from "./loop.ts";
import { rememberFor, stepOn } from "./remember.ts";

/** The steps over batches that a loop gathers itself. */
export const gatheredSteps = (
  caller: Caller,
  step: AnyStep,
  n: number,
  gathering: Gathering,
  kept: Keeping,
): Iterable<Alike> => {
  const { tables, perEpoch } = gathering;
  const remembered = rememberFor(caller, step, { tables });
  const unit = stepOn(remembered, step, (fed) => tree.mapTo((x) => take(x, fed as NDArray), tables)); // a row of indices
  const isMixed = kept === "some" && shapeOf(gathering).full < perEpoch;
  return isMixed ? choosing(remembered, unit, n, gathering) : inParts(remembered, unit, n, gathering, kept);
};
