import type { DType } from "@gradfold/core";
import { sizeOf } from "@gradfold/core/transform";
import { type Code, openFunction } from "./code.ts";
import { emitColumns } from "./columns.ts";
import { encodeModule, type FunctionCode } from "./encode.ts";
import { arithmetic } from "./expression.ts";
import type { Schedule } from "./fuse.ts";
import { type Graph, valueAt } from "./graph.ts";
import type { Kernel, Loop, Product } from "./kernel.ts";
import {
  type Allocator,
  bytesOf,
  isTogether,
  layOut,
  type Layout,
  openAllocator,
  type Resident,
  type Site,
  widthOf,
} from "./layout.ts";
import { emitProduct, spareBytes } from "./matrix.ts";
import { type AddressOf, emitSweep, type Scalars } from "./sweep.ts";
import { packFunction } from "./pack.ts";
import { type Helpers, packingBytes, productFunction, tileColumnsFor, tileFunction, tileRows } from "./tiles.ts";

/** Code, and where its inputs, outputs and constants lie. */
export interface Emitted {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly memoryBytes: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly residents: readonly Resident[];
}

/** The module's functions in the making, and what products need. */
interface Workshop {
  readonly functions: FunctionCode[];
  readonly aside: Code["aside"];
  readonly productOf: (width: number) => number;
  readonly spare: number;
}

const everyKernel = ({ kernels, bodies }: Schedule): readonly Kernel[] => [
  ...kernels,
  ...[...bodies.values()].flatMap(everyKernel),
];

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
  const made = new Map<number, number>();
  if (products.length === 0) return { functions, aside, productOf: () => -1, spare: 0 };
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
  return { functions, aside, productOf: (width) => made.get(width) ?? -1, spare };
};

/** A few bytes are copied as vectors; more than this by the machine's own copy. */
const fewBytes = 128;

const emitCopy = (code: Code, bytes: number, to: () => void, from: () => void): void => {
  if (bytes <= fewBytes) {
    for (let at = 0; at < bytes; at += 16) {
      to();
      from();
      code.memory("load", at);
      code.memory("store", at);
    }
    return;
  }
  to();
  from();
  code.i32(bytes);
  code.copy();
};

const addressIn =
  ({ addresses }: Layout, graph: Graph): AddressOf =>
  (id) => {
    const { definition, dtype } = valueAt(graph, id);
    const into = definition.kind === "fold1" ? definition.into : undefined;
    const address = addresses.get(into?.value ?? id);
    if (address === undefined) throw new Error(`emit: value ${id} has no buffer`);
    return address + (into?.element ?? 0) * widthOf(dtype);
  };

const emitLoop = (code: Code, { value, results }: Loop, schedule: Schedule, layout: Layout, shop: Workshop): void => {
  const loop = layout.loops.get(value);
  if (loop === undefined) return;
  const { definition, schedule: inner, body } = loop;
  const { closed, carried, inputs, length } = definition;
  const at = addressIn(layout, schedule.graph);
  const inside = addressIn(body, inner.graph);
  const bytesOfInput = (i: number): number => bytesOf(valueAt(inner.graph, i));
  const step = emitFunction(inner, body, shop);
  const { count, number, local, add, mul } = arithmetic(code);
  for (let i = 0; i < carried; i++)
    emitCopy(code, bytesOfInput(closed + i), number(at(results[i] ?? -1)), number(at(inputs[closed + i] ?? -1)));
  count(number(length), 1, (turn) => {
    const row = (id: number, bytes: number) => add(number(at(id)), mul(local(turn), number(bytes)));
    for (let i = closed + carried; i < inputs.length; i++) {
      const bytes = bytesOfInput(i);
      emitCopy(code, bytes, number(inside(i)), row(inputs[i] ?? -1, bytes));
    }
    code.call(step);
    const { outputs } = inner.graph;
    const copyOut = (index: number, to: () => void): void => {
      const id = outputs[index] ?? -1;
      const bytes = bytesOf(valueAt(inner.graph, id));
      if (bytes > 0) emitCopy(code, bytes, to, number(inside(id)));
    };
    // Rows first: they may be carries that are about to be overwritten.
    for (let i = carried; i < outputs.length; i++) {
      const bytes = bytesOf(valueAt(inner.graph, outputs[i] ?? -1));
      copyOut(i, row(results[i] ?? -1, bytes));
    }
    for (let i = 0; i < carried; i++) {
      if (outputs[i] !== closed + i) copyOut(i, number(at(results[i] ?? -1)));
    }
  });
};

const emitKernel = (
  code: Code,
  kernel: Kernel,
  schedule: Schedule,
  layout: Layout,
  shop: Workshop,
  scalars: Scalars,
): void => {
  const addressOf = addressIn(layout, schedule.graph);
  switch (kernel.kind) {
    case "sweep":
      return emitSweep(code, kernel, addressOf, scalars);
    case "columns":
      return emitColumns(code, kernel, addressOf);
    case "product":
      return emitProduct(code, kernel, shop.productOf(widthOf(kernel.dtype)), shop.spare, addressOf);
    case "loop":
      return emitLoop(code, kernel, schedule, layout, shop);
  }
};

/** The function of a schedule: it has no parameters, since every address is known. */
const emitFunction = (schedule: Schedule, layout: Layout, shop: Workshop): number => {
  const code = openFunction(0, "i32", shop.aside);
  const scalars: Scalars = new Map();
  for (const kernel of schedule.kernels) emitKernel(code, kernel, schedule, layout, shop, scalars);
  return shop.functions.push(code.finish()) - 1;
};

/** Lays a schedule out and makes code of it. */
export const emit = (schedule: Schedule): Emitted => {
  const { graph } = schedule;
  const allocator = openAllocator();
  const residents: Resident[] = [];
  const site: Site = { allocator, reside: (resident) => residents.push(resident) };
  const shop = openWorkshop(schedule, allocator);
  const inputs = graph.values.slice(0, graph.inputs).map((value) => allocator.take(bytesOf(value)).address);
  const together = [...new Set(graph.outputs)].filter((id) => {
    const value = valueAt(graph, id);
    return value.definition.kind !== "given" && value.definition.kind !== "constant" && isTogether(value);
  });
  const ofDType = (dtype: DType): readonly number[] => together.filter((id) => valueAt(graph, id).dtype === dtype);
  const layout = layOut(schedule, inputs, [...ofDType("float32"), ...ofDType("float64")], site);
  emitFunction(schedule, layout, shop);
  const at = addressIn(layout, graph);
  const outputs = graph.outputs.map((id) => (sizeOf(valueAt(graph, id).shape) === 0 ? 0 : at(id)));
  return { bytes: encodeModule(shop.functions), memoryBytes: allocator.end(), inputs, outputs, residents };
};
