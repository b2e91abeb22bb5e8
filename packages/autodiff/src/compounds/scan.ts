import { type NDArray, transpose } from "@gradfold/core";
import { zerosOf } from "@gradfold/core/transform";
import { spread, stackSize } from "../batch.ts";
import {
  atMarks,
  batchedProgram,
  cut,
  filled,
  marked,
  outputTypes,
  pushedProgram,
  settled,
  stackedType,
} from "../derived.ts";
import { evaluateProgram } from "../evaluate.ts";
import { takeTurns } from "../loop.ts";
import { reordered } from "../program.ts";
import { call, type Control, type Compound } from "../compound.ts";
import { reverse } from "./reverse.ts";

export type ScanControl = Extract<Control, { readonly kind: "scan" }>;

const run = ({ body, length, closed, carried }: ScanControl, operands: readonly NDArray[]): readonly NDArray[] => {
  const [around = [], init = [], xs = []] = cut(operands, closed, carried);
  if (length === 0) return [...init, ...outputTypes(body).slice(carried).map(stackedType(0)).map(zerosOf)];
  const turn = (leaves: readonly NDArray[]) => {
    const [carry = [], row = []] = cut(evaluateProgram(body, [...around, ...leaves]), carried);
    return { carry, row };
  };
  const { carry, ys } = takeTurns(turn, init, xs, length);
  return [...carry, ...ys];
};

/** The places of a list that is cut in parts, each part followed by its marked elements, which stand at the list's end. */
const interleaved = (lengths: readonly number[], marks: readonly boolean[]): readonly number[] => {
  const count = lengths.reduce((sum, n) => sum + n, 0);
  const places = Array.from({ length: count }, (_, i) => i);
  const companions = atMarks(
    marks.flatMap((mark) => (mark ? [1] : [])).map((_, k) => count + k),
    marks,
  );
  let start = 0;
  return lengths.flatMap((n) => {
    const [from, to] = [start, (start += n)];
    return [...places.slice(from, to), ...companions.slice(from, to).flatMap((place) => place ?? [])];
  });
};

const count = (marks: readonly boolean[]): number => marks.filter((mark) => mark).length;

/** One loop for values and tangents: the tangents of what is closed over, carried and cut stand behind it. */
const pushed = (control: ScanControl, tangents: readonly (NDArray | null)[], inputs: readonly NDArray[]) => {
  const { body, closed, carried } = control;
  const moved = tangents.map((t) => t !== null);
  const rows = inputs.length - closed - carried;
  const withCarry = (carry: readonly boolean[]) => [
    ...moved.slice(0, closed),
    ...carry,
    ...moved.slice(closed + carried),
  ];
  const { marks: carry, made } = settled(moved.slice(closed, closed + carried), (marks) => {
    const derived = pushedProgram(body, withCarry(marks), marks);
    return { marks: derived.marks.slice(0, carried), made: derived };
  });
  const marks = withCarry(carry);
  const results = interleaved([carried, body.outputs.length - carried], made.marks);
  const loop = scanCompound({
    ...control,
    body: reordered(made.program, interleaved([closed, carried, rows], marks), results),
    closed: closed + count(marks.slice(0, closed)),
    carried: carried + count(carry),
  });
  const all = [...inputs, ...marked(filled(tangents, inputs), marks)];
  const given = call(
    loop,
    interleaved([closed, carried, rows], marks).flatMap((place) => all[place] ?? []),
  );
  const back = given.map((_, place) => given[results.indexOf(place)]).flatMap((x) => x ?? []);
  const [outputs = [], ts = []] = cut(back, body.outputs.length);
  return { outputs, tangents: atMarks(ts, made.marks) };
};

/** The first two axes in the other order. */
const swapped = (x: NDArray): NDArray => transpose(x, [1, 0, ...x.shape.slice(2).map((_, i) => i + 2)]);

const batched = (control: ScanControl, inputs: readonly NDArray[], mapped: readonly boolean[]) => {
  const { body, closed, carried } = control;
  const n = stackSize(inputs, mapped);
  const withCarry = (carry: readonly boolean[]) => [
    ...mapped.slice(0, closed),
    ...carry,
    ...mapped.slice(closed + carried),
  ];
  const { marks: carry, made } = settled(mapped.slice(closed, closed + carried), (marks) => {
    const derived = batchedProgram(body, withCarry(marks), n, marks);
    return { marks: derived.marks.slice(0, carried), made: derived };
  });
  const [around = [], init = [], xs = []] = cut(inputs, closed, carried);
  const stacks = spread({ outputs: init, mapped: mapped.slice(closed, closed + carried) }, n);
  const outputs = call(scanCompound({ ...control, body: made.program }), [
    ...around,
    ...init.map((x, i) => (carry[i] === true ? (stacks[i] ?? x) : x)),
    ...xs.map((x, i) => (mapped[closed + carried + i] === true ? swapped(x) : x)),
  ]);
  return {
    outputs: outputs.map((x, i) => (i >= carried && made.marks[i] === true ? swapped(x) : x)),
    mapped: made.marks,
  };
};

/** The loop of a body as one operation. */
export const scanCompound = (control: ScanControl): Compound => ({
  name: "scan",
  control,
  types: (inputs) => {
    const { body, length, closed, carried } = control;
    return [...inputs.slice(closed, closed + carried), ...outputTypes(body).slice(carried).map(stackedType(length))];
  },
  evaluate: (inputs) => run(control, inputs),
  jvp: (tangents, inputs) => pushed(control, tangents, inputs),
  vjp: (inputs, wanted) => reverse(control, inputs, wanted, scanCompound),
  batch: (inputs, mapped) => batched(control, inputs, mapped),
});
