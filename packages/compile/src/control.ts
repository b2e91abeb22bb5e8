import { type Code, op } from "./code.ts";
import { arithmetic, type Expression } from "./expression.ts";
import { type ControlDefinition, valueAt } from "./graph.ts";
import { addressIn, bytesOf, type Inner } from "./layout.ts";

/* Loops and choices as instructions: each program inside is a function, with memory of its own. */

/** What is known of a control where it stands. */
export interface Place {
  readonly definition: ControlDefinition;
  /** The programs inside, in order. */
  readonly inner: readonly Inner[];
  /** Where its operands and its results lie. */
  readonly operands: readonly number[];
  readonly results: readonly number[];
  /** Calls the function of one of the programs. */
  readonly run: (program: number) => void;
}

/** A few bytes are copied as vectors; more than this by the machine's own copy. */
const fewBytes = 128;

const emitCopy = (code: Code, bytes: number, to: Expression, from: Expression): void => {
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

/** One program inside: the bytes of its inputs, and of its outputs and where they are. */
const programAt = ({ inner }: Place, program: number) => {
  const it = inner[program];
  if (it === undefined) throw new Error(`control: no program ${program}`);
  const { layout, schedule } = it;
  const { graph } = schedule;
  return {
    bytesIn: (i: number): number => bytesOf(valueAt(graph, i)),
    inputAt: addressIn(layout, graph),
    outputs: graph.outputs.map((id) => ({
      id,
      bytes: bytesOf(valueAt(graph, id)),
      address: addressIn(layout, graph)(id),
    })),
  };
};

/** Puts the first carry where the results are wanted: there it stays. */
const emitStart = (code: Code, place: Place, closed: number, carried: number): void => {
  const { number } = arithmetic(code);
  const { bytesIn } = programAt(place, place.inner.length - 1);
  for (let i = 0; i < carried; i++)
    emitCopy(code, bytesIn(closed + i), number(place.results[i] ?? 0), number(place.operands[closed + i] ?? 0));
};

/** Brings the next carry to where the last one was. */
const emitNext = (code: Code, place: Place, closed: number, carried: number): void => {
  const { number } = arithmetic(code);
  programAt(place, place.inner.length - 1)
    .outputs.slice(0, carried)
    .forEach(({ id, bytes, address }, i) => {
      if (id !== closed + i) emitCopy(code, bytes, number(place.results[i] ?? 0), number(address));
    });
};

type Of<Kind> = Extract<ControlDefinition, { readonly kind: Kind }>;

const emitScan = (code: Code, { closed, carried, inputs, length }: Of<"scan">, place: Place): void => {
  const { bytesIn, inputAt, outputs } = programAt(place, 0);
  const { count, number, local, add, mul } = arithmetic(code);
  emitStart(code, place, closed, carried);
  count(number(length), 1, (turn) => {
    const row = (address: number | undefined, bytes: number) =>
      add(number(address ?? 0), mul(local(turn), number(bytes)));
    for (let i = closed + carried; i < inputs.length; i++)
      emitCopy(code, bytesIn(i), number(inputAt(i)), row(place.operands[i], bytesIn(i)));
    place.run(0);
    // Rows first: they may be carries that are about to be overwritten.
    outputs.forEach(({ bytes, address }, i) => {
      if (i >= carried) emitCopy(code, bytes, row(place.results[i], bytes), number(address));
    });
    emitNext(code, place, closed, carried);
  });
};

/** Leaves the truth at an address on the stack. */
const emitTruth = (code: Code, address: number): void => {
  code.i32(0);
  code.scalar("load4", address);
  code.op(op.scalarPromote);
  code.f64(0);
  code.op(op.scalarNotEqual);
};

const emitWhile = (code: Code, { closed, inputs }: Of<"while">, place: Place): void => {
  const carried = inputs.length - closed;
  const [condition] = programAt(place, 0).outputs;
  emitStart(code, place, closed, carried);
  code.repeatWhile(
    () => {
      place.run(0);
      emitTruth(code, condition?.address ?? 0);
    },
    () => {
      place.run(1);
      emitNext(code, place, closed, carried);
    },
  );
};

const emitChoice = (code: Code, place: Place): void => {
  const { number } = arithmetic(code);
  const branch = (program: number) => (): void => {
    place.run(program);
    programAt(place, program).outputs.forEach(({ bytes, address }, i) =>
      emitCopy(code, bytes, number(place.results[i] ?? 0), number(address)),
    );
  };
  emitTruth(code, place.operands[0] ?? 0);
  code.when(branch(0), branch(1));
};

export const emitControl = (code: Code, place: Place): void => {
  const { definition } = place;
  switch (definition.kind) {
    case "scan":
      return emitScan(code, definition, place);
    case "while":
      return emitWhile(code, definition, place);
    case "cond":
      return emitChoice(code, place);
  }
};
