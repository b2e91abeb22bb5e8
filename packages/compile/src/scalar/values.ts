import type { Instruction } from "@gradfold/core/compiler";
import type { Assembler } from "../wasm/assembler.ts";
import { type Constant, splatInt32 } from "../wasm/constant.ts";
import { op } from "../wasm/opcode.ts";
import { type Hoist, toLocal } from "../wasm/local.ts";

/* The values of a scalar function on one vector of arguments, in locals. */

/** The local of each value: as floats or as int32. A value gets its second form when it is first asked for. */
export interface Values {
  readonly floatOf: (id: number) => number;
  readonly int32Of: (id: number) => number;
  readonly keepFloat: (id: number, local: number) => void;
  readonly keepInt32: (id: number, local: number) => void;
}

/** The value of an instruction that is a constant. */
export const constantAt = (instructions: readonly Instruction[], id: number | undefined): number | undefined => {
  const instruction = id === undefined ? undefined : instructions[id];
  return instruction?.kind === "constant" ? instruction.value : undefined;
};

const localAt = (locals: ReadonlyMap<number, number>, id: number): number => {
  const local = locals.get(id);
  if (local === undefined) throw new Error(`vectorize: value ${id} is used before it is computed`);
  return local;
};

/** Opens the values of some instructions; constants are hoisted where they are first used. */
export const openValues = (
  asm: Assembler,
  hoist: Hoist,
  instructions: readonly Instruction[],
  splat: (value: number) => Constant,
): Values => {
  const floats = new Map<number, number>();
  const int32s = new Map<number, number>();
  const convert = (from: Map<number, number>, to: Map<number, number>, id: number, opcode: readonly number[]) => {
    asm.get(localAt(from, id));
    asm.op(opcode);
    const local = toLocal(asm);
    to.set(id, local);
    return local;
  };
  const floatOf = (id: number): number => {
    const value = constantAt(instructions, id);
    return value === undefined
      ? (floats.get(id) ?? convert(int32s, floats, id, op.f64x2ConvertLow))
      : hoist(splat(value));
  };
  const int32Of = (id: number): number => {
    const value = constantAt(instructions, id);
    return value === undefined
      ? (int32s.get(id) ?? convert(floats, int32s, id, op.i32x4TruncSat))
      : hoist(splatInt32(value));
  };
  return {
    floatOf,
    int32Of,
    keepFloat: (id, local) => floats.set(id, local),
    keepInt32: (id, local) => int32s.set(id, local),
  };
};
