import type { ControlDefinition } from "../graph/graph.ts";
import type { Assembler } from "../wasm/assembler.ts";
import { emitCopy, emitCopyExactly } from "../wasm/copy.ts";
import { op } from "../wasm/opcode.ts";
import { arithmetic, type Expression } from "../wasm/expression.ts";
import { type Carry, openCarry } from "./carry.ts";
import { addressAt, type ControlContext, programAt } from "./context.ts";

/*
 * Control flow as instructions. Each program inside is a function with buffers of its own, or inline if it computes
 * scalars only.
 */

type Of<Kind> = Extract<ControlDefinition, { readonly kind: Kind }>;

/** The row of an array that a step of a scan reads or writes. */
type RowOf = (address: number, bytes: number) => Expression;

const openRows = (asm: Assembler, { length, reverse }: Of<"scan">, step: number): RowOf => {
  const { number, local, add, sub, mul } = arithmetic(asm);
  return (address, bytes) => {
    const passed = mul(local(step), number(bytes));
    return reverse ? sub(number(address + (length - 1) * bytes), passed) : add(number(address), passed);
  };
};

const emitStep = (
  asm: Assembler,
  definition: Of<"scan">,
  context: ControlContext,
  { known, isInMemory, next }: Carry,
  rowAt: RowOf,
): void => {
  const { closed, carried, inputs, reverse } = definition;
  const { bytesIn, inputAt, outputs, relocated } = programAt(context, 0);
  const { number } = arithmetic(asm);
  const rowOf = (i: number): Expression => rowAt(addressAt(context.operands, i), bytesIn(i));
  for (let i = closed + carried; i < inputs.length; i++)
    if (!relocated.includes(i)) emitCopy(asm, bytesIn(i), number(inputAt(i)), rowOf(i));
  const made = context.run(0, { known, relocated: relocated.map(rowOf), isInMemory });
  // In reverse, the row behind is written already.
  const copyRow = reverse ? emitCopyExactly : emitCopy;
  // Rows are copied before the carry, which they may be, is overwritten.
  outputs.forEach(({ bytes, address }, i) => {
    if (i >= carried) copyRow(asm, bytes, rowAt(addressAt(context.results, i), bytes), number(address));
  });
  next(made);
};

const emitScan = (asm: Assembler, definition: Of<"scan">, context: ControlContext): void => {
  const { closed, carried, length } = definition;
  const { forRange, number } = arithmetic(asm);
  const carry = openCarry(asm, context, closed, carried);
  forRange(number(length), 1, (step) => emitStep(asm, definition, context, carry, openRows(asm, definition, step)));
  carry.finish();
};

/** Pushes whether the bool at an address is true. */
const pushIsTrue = (asm: Assembler, address: number): void => {
  asm.i32(0);
  asm.scalar("loadF32", address);
  asm.op(op.f64Promote);
  asm.f64(0);
  asm.op(op.f64Ne);
};

const emitWhile = (asm: Assembler, { closed, inputs }: Of<"while">, context: ControlContext): void => {
  const [condition] = programAt(context, 0).outputs;
  if (condition === undefined) throw new Error("control: a condition gives no value");
  const { known, isInMemory, next, finish } = openCarry(asm, context, closed, inputs.length - closed);
  asm.repeatWhile(
    () => {
      context.run(0, { known });
      pushIsTrue(asm, condition.address);
    },
    () => {
      next(context.run(1, { known, isInMemory }));
    },
  );
  finish();
};

const emitChoice = (asm: Assembler, context: ControlContext): void => {
  const { number } = arithmetic(asm);
  const branch = (program: number) => (): void => {
    context.run(program);
    programAt(context, program).outputs.forEach(({ bytes, address }, i) =>
      emitCopy(asm, bytes, number(addressAt(context.results, i)), number(address)),
    );
  };
  pushIsTrue(asm, addressAt(context.operands, 0));
  asm.when(branch(0), branch(1));
};

export const emitControl = (asm: Assembler, context: ControlContext): void => {
  const { definition } = context;
  switch (definition.kind) {
    case "scan":
      return emitScan(asm, definition, context);
    case "while":
      return emitWhile(asm, definition, context);
    case "cond":
      return emitChoice(asm, context);
  }
};
