import { sizeOf } from "@gradfold/core/library";
import { bytesOf } from "../graph/bytes.ts";
import { type Constant, constantsIn, type Graph, isMade, valueAt } from "../graph/graph.ts";
import { openAllocator, paddingAtEnd } from "../memory/allocator.ts";
import { canCache, donationsIn } from "../memory/donation.ts";
import { addressIn, isCoalesced, type MemoryPlan, planMemory } from "../memory/plan.ts";
import { largestIn, relocatableIn } from "../memory/relocation.ts";
import type { Schedule } from "../schedule/fuse.ts";
import { planWorkspace, type Workspace } from "./workspace.ts";

/* The memory of a whole module. */

/** A constant of the pool, which is written to memory once. */
interface PooledConstant {
  readonly constant: Constant;
  readonly address: number;
}

/** The addresses that whoever runs a module has to know. */
export interface Interface {
  readonly memoryBytes: number;
  readonly inputs: readonly number[];
  /** The inputs whose addresses are the parameters of `run`, in this order. */
  readonly relocated: readonly number[];
  /** For relocated inputs: the outputs whose buffers they may share. */
  readonly donations: ReadonlyMap<number, readonly number[]>;
  readonly outputs: readonly number[];
  readonly constantPool: readonly PooledConstant[];
  /** The address of the number of a routine that refused a number; the refused number follows. */
  readonly refusal: number | undefined;
}

/** A schedule with the memory of its module. */
export interface ModulePlan extends Interface {
  readonly schedule: Schedule;
  readonly plan: MemoryPlan;
  readonly workspace: Workspace;
}

/** The inputs that are relocated, each with the results whose buffers it may share. */
const relocationIn = (schedule: Schedule) => {
  const { graph } = schedule;
  const relocatable = relocatableIn(schedule);
  const reusable = donationsIn(schedule, relocatable);
  const isUseful = (id: number): boolean => reusable.has(id) || canCache(valueAt(graph, id));
  const relocated = largestIn(graph, relocatable.filter(isUseful));
  const moves = new Set(relocated);
  return { relocated, donations: new Map([...reusable].filter(([id]) => moves.has(id))) };
};

/** The values that are placed before all others, side by side: coalesced results, and results of donated buffers. */
const firstIn = (graph: Graph, donations: ReadonlyMap<number, readonly number[]>): readonly number[] => {
  const coalesced = [...new Set(graph.outputs)].filter((id) => {
    const value = valueAt(graph, id);
    return isMade(value) && isCoalesced(value);
  });
  const ofDType = (dtype: "float32" | "float64") => coalesced.filter((id) => valueAt(graph, id).dtype === dtype);
  return [...new Set([...ofDType("float32"), ...ofDType("float64"), ...[...donations.values()].flat()])];
};

/** Plans the memory of a module: the workspace, the inputs, the constant pool, and the values of all programs. */
export const planModule = (schedule: Schedule): ModulePlan => {
  const { graph } = schedule;
  const allocator = openAllocator();
  const workspace = planWorkspace(schedule, allocator);
  const inputs = graph.values.slice(0, graph.inputs).map((value) => allocator.allocate(bytesOf(value)).address);
  const constantPool = constantsIn(graph).map((constant) => ({
    constant,
    address: allocator.allocate(bytesOf(constant)).address,
  }));
  const { relocated, donations } = relocationIn(schedule);
  const placed = firstIn(graph, donations).map(
    (id) => [id, allocator.allocate(bytesOf(valueAt(graph, id))).address] as const,
  );
  const plan = planMemory(schedule, inputs, relocated, new Map(placed), {
    allocator,
    constantPool: new Map(constantPool.map(({ constant, address }) => [constant, address])),
  });
  const at = addressIn(plan, graph);
  const outputs = graph.outputs.map((id) => (sizeOf(valueAt(graph, id).shape) === 0 ? 0 : at(id)));
  const memoryBytes = allocator.end() + paddingAtEnd;
  const { refusal } = workspace;
  return { schedule, plan, workspace, memoryBytes, inputs, relocated, donations, outputs, constantPool, refusal };
};
