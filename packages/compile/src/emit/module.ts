import { encodeModule } from "../wasm/encode.ts";
import { openModule } from "./builder.ts";
import { emitFunction } from "./function.ts";
import type { Interface, ModulePlan } from "./plan.ts";

/** A module's code, and the addresses of its inputs, outputs and constants. */
export interface Emitted extends Interface {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Emits the module of a schedule whose memory is planned. */
export const emit = ({ schedule, plan, workspace, ...addresses }: ModulePlan): Emitted => {
  const module = openModule(schedule, workspace);
  emitFunction({ schedule, plan, module });
  return { ...addresses, bytes: encodeModule(module.functions) };
};
