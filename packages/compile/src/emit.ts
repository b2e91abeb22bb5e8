import type { DType } from "@gradfold/core";
import { sizeOf } from "@gradfold/core/transform";
import { type Code, op, openFunction } from "./code.ts";
import { emitColumns, openColumns, roomFor } from "./columns.ts";
import { emitControl, type Place } from "./control.ts";
import { encodeModule, type FunctionCode } from "./encode.ts";
import type { Schedule } from "./fuse.ts";
import { constantsIn, isMade, refusingIn, type RoutineDefinition, valueAt } from "./graph.ts";
import { type Control, isOfNumbers, type Kernel, type Product, type Rows, type Steps } from "./kernel.ts";
import {
  addressIn,
  type Allocator,
  bytesOf,
  isTogether,
  layOut,
  movableIn,
  originIn,
  type OriginOf,
  type Layout,
  openAllocator,
  type Resident,
  scratchBytes,
  widthOf,
} from "./layout.ts";
import { emitProduct, spareBytes } from "./matrix.ts";
import { emitRoutine } from "./routine.ts";
import { emitPasses } from "./pass.ts";
import { emitSweep, openSweep, type Scalars } from "./sweep.ts";
import { canStay } from "./residence.ts";
import { reusedIn } from "./reuse.ts";
import { packFunction } from "./pack.ts";
import { type Helpers, packingBytes, productFunction, tileColumnsFor, tileFunction, tileRows } from "./tiles.ts";

/** Code, and where its inputs, outputs and constants lie. */
export interface Emitted {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly memoryBytes: number;
  readonly inputs: readonly number[];
  /** The inputs whose addresses the code is told, in this order. */
  readonly moving: readonly number[];
  /** For inputs that move, the outputs in whose places they may lie. */
  readonly reused: ReadonlyMap<number, readonly number[]>;
  readonly outputs: readonly number[];
  readonly residents: readonly Resident[];
  /** Where the number of a routine stands that refused a number, with that number behind it. */
  readonly refusal: number | undefined;
}

/** The module's functions in the making, and what products need. */
interface Workshop {
  readonly functions: FunctionCode[];
  readonly aside: Code["aside"];
  readonly productOf: (width: number) => number;
  readonly spare: number;
  /** Where reductions by rule 2 keep what is joined later. */
  readonly room: number;
  readonly refusing: readonly RoutineDefinition[];
  /** Where a refused number is written, if any may be. */
  readonly refusal: number | undefined;
}

const everyKernel = ({ kernels, inner }: Schedule): readonly Kernel[] => [
  ...kernels,
  ...[...inner.values()].flat().flatMap(everyKernel),
];

const roomIn = (kernel: Kernel): number => {
  if (kernel.kind === "columns") return roomFor(kernel);
  return kernel.kind === "rows" ? Math.max(...kernel.nests.map(roomIn)) : 0;
};

/** Functions of one vector, made when they are first called. */
const asideIn = (functions: FunctionCode[]): Code["aside"] => {
  const made = new Map<object, number>();
  return (key, body) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const code = openFunction(1, "v128");
    body(code, 0);
    const index = functions.push(code.finish()) - 1;
    made.set(key, index);
    return index;
  };
};

const openWorkshop = (schedule: Schedule, { take }: Allocator): Workshop => {
  const functions: FunctionCode[] = [];
  const aside = asideIn(functions);
  const products = everyKernel(schedule).filter((kernel): kernel is Product => kernel.kind === "product");
  const refusing = refusingIn(schedule.graph);
  const refusal = refusing.length === 0 ? undefined : take(2 * widthOf("float64")).address;
  const roomBytes = Math.max(0, ...everyKernel(schedule).map(roomIn));
  const room = roomBytes === 0 ? 0 : take(roomBytes).address;
  const made = new Map<number, number>();
  if (products.length === 0) return { functions, aside, productOf: () => -1, spare: 0, room, refusing, refusal };
  const bytes = packingBytes(Math.max(...products.map(({ n }) => n)));
  const packing = { left: take(bytes.left).address, right: take(bytes.right).address, tile: take(bytes.tile).address };
  for (const width of new Set(products.map(({ dtype }) => widthOf(dtype)))) {
    const add = (code: FunctionCode): number => functions.push(code) - 1;
    const helpers: Helpers = {
      tile: add(tileFunction(width)),
      packLeft: add(packFunction(width, tileRows)),
      packRight: add(packFunction(width, tileColumnsFor(width))),
    };
    made.set(width, add(productFunction(width, helpers, packing)));
  }
  const spare = take(Math.max(...products.map(spareBytes))).address;
  return { functions, aside, productOf: (width) => made.get(width) ?? -1, spare, room, refusing, refusal };
};

/** The end of the function if a number was refused. */
const emitEscape = (code: Code, address: number): void => {
  code.i32(0);
  code.scalar("load8", address);
  code.f64(0);
  code.op(op.scalarNotEqual);
  code.when(() => code.op(op.return));
};

const emitZeros = (code: Code, address: number, bytes: number): void => {
  [address, 0, bytes].forEach(code.i32);
  code.fill();
};

/** A routine is a function by itself, which ends where a number is refused. */
const emitSteps = (code: Code, { value }: Steps, schedule: Schedule, layout: Layout, shop: Workshop): void => {
  const { definition, dtype, shape } = valueAt(schedule.graph, value);
  if (definition.kind !== "routine") throw new Error(`emit: value ${value} is no routine`);
  const { routine, sizes, inputs, scratch } = definition;
  const address = addressIn(layout, schedule.graph);
  const at = layout.scratch.get(value) ?? [];
  const zeros = [
    { dtype, address: address(value), holdsPlaces: false, bytes: bytesOf({ dtype, shape, splat: false }) },
    ...scratch.map((s, i) => ({
      dtype: s.dtype,
      address: at[i] ?? 0,
      holdsPlaces: s.dtype === "int32",
      bytes: scratchBytes(s),
    })),
  ];
  const operands = inputs.map((id) => ({
    dtype: valueAt(schedule.graph, id).dtype,
    address: address(id),
    holdsPlaces: false,
  }));
  const number = shop.refusing.indexOf(definition) + 1;
  const refusal = shop.refusal === undefined || number === 0 ? undefined : { address: shop.refusal, number };
  const inside = openFunction(0);
  for (const { address: target, bytes } of zeros) emitZeros(inside, target, bytes);
  emitRoutine(inside, { routine, dtype, sizes, buffers: [...operands, ...zeros], refusal });
  code.call(shop.functions.push(inside.finish()) - 1);
  if (refusal !== undefined) emitEscape(code, refusal.address);
};

const everywhere = (): boolean => true;

const placeOf = (
  code: Code,
  { value, results }: Control,
  schedule: Schedule,
  layout: Layout,
  shop: Workshop,
): Place => {
  const { definition } = valueAt(schedule.graph, value);
  if (definition.kind !== "control") throw new Error(`emit: value ${value} is no control`);
  const inner = layout.inner.get(value) ?? [];
  const here = inner.map(({ schedule: { kernels } }) => kernels.every(isOfNumbers));
  const functions = inner.map((program, i) =>
    here[i] === true ? undefined : emitFunction(program.schedule, program.layout, shop),
  );
  const address = addressIn(layout, schedule.graph);
  return {
    definition: definition.control,
    inner,
    operands: definition.control.inputs.map(address),
    results: results.map(address),
    isHere: (program) => here[program] === true,
    run: (program, how) => {
      const scalars: Scalars = { vectors: new Map(how?.known), isInMemory: how?.isInMemory ?? everywhere };
      const it = inner[program];
      const index = functions[program];
      if (it === undefined) return scalars.vectors;
      if (index === undefined) {
        emitKernels(code, it.schedule, it.layout, shop, scalars);
        return scalars.vectors;
      }
      for (const address of how?.moving ?? []) address();
      code.call(index);
      if (refusingIn(it.schedule.graph).length > 0 && shop.refusal !== undefined) emitEscape(code, shop.refusal);
      return scalars.vectors;
    },
  };
};

const emitRows = (code: Code, { rows, nests }: Rows, originOf: OriginOf, room: number, scalars: Scalars): void =>
  code.holding((held) => {
    const passes = nests.map((nest) =>
      nest.kind === "sweep"
        ? openSweep(code, held, nest, originOf, scalars, true).pass()
        : openColumns(code, held, nest, originOf, room).pass([]),
    );
    emitPasses(code, rows, passes);
  });

const emitKernel = (
  code: Code,
  kernel: Kernel,
  schedule: Schedule,
  layout: Layout,
  shop: Workshop,
  scalars: Scalars,
): void => {
  const originOf = originIn(layout, schedule.graph);
  switch (kernel.kind) {
    case "sweep":
      return emitSweep(code, kernel, originOf, scalars);
    case "columns":
      return emitColumns(code, kernel, originOf, shop.room);
    case "rows":
      return emitRows(code, kernel, originOf, shop.room, scalars);
    case "product":
      return emitProduct(code, kernel, shop.productOf(widthOf(kernel.dtype)), shop.spare, originOf);
    case "fill":
      return emitZeros(
        code,
        addressIn(layout, schedule.graph)(kernel.value),
        bytesOf(valueAt(schedule.graph, kernel.value)),
      );
    case "routine":
      return emitSteps(code, kernel, schedule, layout, shop);
    case "control":
      return emitControl(code, placeOf(code, kernel, schedule, layout, shop));
  }
};

const emitKernels = (code: Code, schedule: Schedule, layout: Layout, shop: Workshop, scalars: Scalars): void => {
  for (const kernel of schedule.kernels) emitKernel(code, kernel, schedule, layout, shop, scalars);
};

/** The function of a schedule: its parameters are the addresses of what moves, since all others are known. */
const emitFunction = (schedule: Schedule, layout: Layout, shop: Workshop): number => {
  const code = openFunction(layout.moving.length, "i32", shop.aside);
  emitKernels(code, schedule, layout, shop, { vectors: new Map(), isInMemory: () => true });
  return shop.functions.push(code.finish()) - 1;
};

/** Lays a schedule out and makes code of it. */
export const emit = (schedule: Schedule): Emitted => {
  const { graph } = schedule;
  const allocator = openAllocator();
  const shop = openWorkshop(schedule, allocator);
  const inputs = graph.values.slice(0, graph.inputs).map((value) => allocator.take(bytesOf(value)).address);
  const residents = constantsIn(graph).map((constant) => ({
    constant,
    address: allocator.take(bytesOf(constant)).address,
  }));
  const together = [...new Set(graph.outputs)].filter((id) => {
    const value = valueAt(graph, id);
    return isMade(value) && isTogether(value);
  });
  const ofDType = (dtype: DType): readonly number[] => together.filter((id) => valueAt(graph, id).dtype === dtype);
  const movable = movableIn(schedule);
  const reused = reusedIn(schedule, movable);
  const moving = movable.filter((id) => reused.has(id) || canStay(valueAt(graph, id)));
  const first = new Set([...ofDType("float32"), ...ofDType("float64"), ...[...reused.values()].flat()]);
  const layout = layOut(schedule, inputs, moving, [...first], { allocator, residents });
  emitFunction(schedule, layout, shop);
  const at = addressIn(layout, graph);
  const outputs = graph.outputs.map((id) => (sizeOf(valueAt(graph, id).shape) === 0 ? 0 : at(id)));
  return {
    bytes: encodeModule(shop.functions),
    memoryBytes: allocator.end(),
    inputs,
    moving,
    reused,
    outputs,
    residents,
    refusal: shop.refusal,
  };
};
