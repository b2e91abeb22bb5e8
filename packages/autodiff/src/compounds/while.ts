import { any, item, type NDArray, TraceError } from "@gradfold/core";
import { batch, spread, stackSize } from "../batch.ts";
import { atMarks, batchedProgram, cut, filled, marked, pushedProgram, settled } from "../derived.ts";
import { evaluateProgram } from "../evaluate.ts";
import type { Program } from "../program.ts";
import { call, type Control, type Compound } from "../compound.ts";
import { programOf } from "../trace.ts";
import { chosen, wantedOnly } from "./rows.ts";

export type WhileControl = Extract<Control, { readonly kind: "while" }>;

const run = ({ condition, body, closed }: WhileControl, operands: readonly NDArray[]): readonly NDArray[] => {
  const [around = [], init = []] = cut(operands, closed);
  let carry = init;
  const goesOn = (): boolean => {
    const [truth] = evaluateProgram(condition, [...around, ...carry]);
    return truth !== undefined && item(truth) !== 0;
  };
  while (goesOn()) carry = evaluateProgram(body, [...around, ...carry]);
  return carry;
};

/** From [closed, tangents of it, carry, tangents of it]: tangents stop at the condition. */
const pushed = (control: WhileControl, tangents: readonly (NDArray | null)[], inputs: readonly NDArray[]) => {
  const { condition, body, closed } = control;
  const [ofClosed = [], ofCarry = []] = cut(
    tangents.map((t) => t !== null),
    closed,
  );
  const { marks, made } = settled(ofCarry, (carry) => {
    const derived = pushedProgram(body, [...ofClosed, ...carry], carry);
    return { marks: derived.marks, made: derived.program };
  });
  const [around = [], init = []] = cut(inputs, closed);
  const [aroundTypes = [], carryTypes = []] = cut(body.inputs, closed);
  const types = [...aroundTypes, ...marked(aroundTypes, ofClosed), ...carryTypes, ...marked(carryTypes, marks)];
  const moved = ofClosed.filter((mark) => mark).length;
  const parts = (leaves: readonly NDArray[]) => cut(leaves, closed, moved, init.length);
  const all = filled(tangents, inputs);
  const results = call(
    whileCompound({
      kind: "while",
      closed: closed + moved,
      condition: programOf(types, (leaves) => {
        const [a = [], , c = []] = parts(leaves);
        return evaluateProgram(condition, [...a, ...c]);
      }),
      body: programOf(types, (leaves) => {
        const [a = [], da = [], c = [], dc = []] = parts(leaves);
        return evaluateProgram(made, [...a, ...c, ...da, ...dc]);
      }),
    }),
    [...around, ...marked(all.slice(0, closed), ofClosed), ...init, ...marked(all.slice(closed), marks)],
  );
  const [outputs = [], ts = []] = cut(results, init.length);
  return { outputs, tangents: atMarks(ts, marks) };
};

/** Where each of the stack ends on its own, all go on until the last has ended; those that have are kept as they are. */
const onItsOwn = (condition: Program, body: Program, mapped: readonly boolean[], closed: number) => {
  const truthsOf = (leaves: readonly NDArray[]): readonly NDArray[] =>
    batch((xs) => evaluateProgram(condition, xs), leaves, mapped).outputs;
  return {
    condition: (leaves: readonly NDArray[]) => truthsOf(leaves).map((truths) => any(truths)),
    body: (leaves: readonly NDArray[], n: number) =>
      truthsOf(leaves).flatMap((goesOn) => {
        const running = leaves.map((x, i) => (mapped[i] === true ? wantedOnly(goesOn, x) : x));
        const next = spread(
          batch((xs) => evaluateProgram(body, xs), running, mapped),
          n,
        );
        return next.map((x, i) => chosen(goesOn, x, leaves[closed + i] ?? x));
      }),
  };
};

const batched = (control: WhileControl, inputs: readonly NDArray[], mapped: readonly boolean[]) => {
  const { condition, body, closed } = control;
  const n = stackSize(inputs, mapped);
  const [ofClosed = [], ofCarry = []] = cut(mapped, closed);
  const { marks: least, made } = settled(ofCarry, (carry) => {
    const derived = batchedProgram(body, [...ofClosed, ...carry], n, carry);
    return { marks: derived.marks, made: derived.program };
  });
  const ending = batchedProgram(condition, [...ofClosed, ...least], n);
  const apart = ending.marks.some((mark) => mark);
  const marks = least.map((mark) => mark || apart);
  const types = body.inputs.map(({ shape, dtype }, i) => ({
    shape: [...ofClosed, ...marks][i] === true ? Object.freeze([n, ...shape]) : shape,
    dtype,
  }));
  const own = onItsOwn(condition, body, [...ofClosed, ...marks], closed);
  const next: WhileControl = apart
    ? { ...control, condition: programOf(types, own.condition), body: programOf(types, (xs) => own.body(xs, n)) }
    : { ...control, condition: ending.program, body: made };
  const [around = [], init = []] = cut(inputs, closed);
  const stacks = spread({ outputs: init, mapped: ofCarry }, n);
  const start = init.map((x, i) => (marks[i] === true ? (stacks[i] ?? x) : x));
  return { outputs: call(whileCompound(next), [...around, ...start]), mapped: marks };
};

/** A loop without a known end as one operation. */
export const whileCompound = (control: WhileControl): Compound => {
  const compound: Compound = {
    name: "whileLoop",
    control,
    types: (inputs) => inputs.slice(control.closed),
    evaluate: (inputs) => run(control, inputs),
    jvp: (tangents, inputs) => pushed(control, tangents, inputs),
    vjp: (inputs) => ({
      outputs: call(compound, inputs),
      pullBack: () => {
        throw new TraceError(
          "whileLoop: it has derivatives in forward mode only (jvp, jacfwd), as nothing says ahead how many turns " +
            "there are to remember. Use scan or foriLoop, whose length is known.",
        );
      },
    }),
    batch: (inputs, mapped) => batched(control, inputs, mapped),
  };
  return compound;
};
