import { bytesOf, scratchBytes } from "../graph/bytes.ts";
import { type RoutineDefinition, valueAt } from "../graph/graph.ts";
import { addressIn } from "../memory/plan.ts";
import { emitRoutine, type RoutineCall } from "../scalar/routine.ts";
import type { RoutineKernel } from "../schedule/kernel.ts";
import { type Assembler, openFunction } from "../wasm/assembler.ts";
import type { ModuleBuilder, Scope } from "./builder.ts";

/* Routines: each is a function of its own, which returns where it refuses a value. */

export const emitZeros = (asm: Assembler, address: number, bytes: number): void => {
  [address, 0, bytes].forEach(asm.i32);
  asm.fill();
};

/** The buffers of a routine that it writes, its result and its scratch, and of how many bytes each must start as zeros. */
const writtenBy = (value: number, definition: RoutineDefinition, { schedule: { graph }, plan }: Scope) => {
  const { scratch, overwrites } = definition;
  const { dtype, shape } = valueAt(graph, value);
  const addresses = plan.scratch.get(value) ?? [];
  const scratchAt = (i: number): number => {
    const address = addresses[i];
    if (address === undefined) throw new Error(`emit: no scratch ${i} of value ${value}`);
    return address;
  };
  const result = { dtype, address: addressIn(plan, graph)(value), holdsIndices: false };
  return [
    { ...result, zeros: overwrites ? 0 : bytesOf({ dtype, shape, splat: false }) },
    ...scratch.map((each, i) => ({
      dtype: each.dtype,
      address: scratchAt(i),
      holdsIndices: each.dtype === "int32",
      zeros: scratchBytes(each),
    })),
  ];
};

const refusalOf = (definition: RoutineDefinition, module: ModuleBuilder): RoutineCall["refusal"] => {
  const { refusal: address } = module.workspace;
  const number = module.refusing.get(definition);
  return address === undefined || number === undefined ? undefined : { address, number };
};

/** Adds a routine to the module, and calls it. */
export const emitRoutineCall = (asm: Assembler, { value }: RoutineKernel, scope: Scope): void => {
  const { schedule, plan, module } = scope;
  const { graph } = schedule;
  const { definition, dtype } = valueAt(graph, value);
  if (definition.kind !== "routine") throw new Error(`emit: value ${value} is no routine`);
  const { routine, sizes, inputs } = definition;
  const address = addressIn(plan, graph);
  const written = writtenBy(value, definition, scope);
  const operands = inputs.map((id) => ({ dtype: valueAt(graph, id).dtype, address: address(id), holdsIndices: false }));
  const refusal = refusalOf(definition, module);
  const inside = openFunction(0);
  for (const { address: target, zeros } of written) if (zeros > 0) emitZeros(inside, target, zeros);
  emitRoutine(inside, { routine, dtype, sizes, buffers: [...operands, ...written], refusal });
  asm.call(module.close(inside).index);
  if (refusal !== undefined) module.escape(asm);
};
