import { type NDArray, TraceError, tree } from "@gradfold/core";
import {
  type ArrayType,
  atNewLevel,
  escaped,
  type Interpreter,
  traced,
  type Tracer,
  tracer,
  typed,
} from "@gradfold/core/transform";
import { assemble, type Equation, type Program, type ScanLoop } from "./program.ts";

/** A value of a program in the making: its number, and no elements. */
interface Numbered extends Tracer {
  readonly id: number;
}

/** Records operations without computing them. */
export interface Recorder extends Interpreter {
  readonly scan: (loop: ScanLoop, operands: readonly NDArray[], types: readonly ArrayType[]) => readonly NDArray[];
}

/** A program, and the result of the traced function with numbered values for leaves. */
export interface Traced<R> {
  readonly program: Program;
  readonly result: R;
}

const unknown = (reader: string): TraceError =>
  new TraceError(
    `${reader}: the value is not known while a function is traced. JavaScript's own if, for and console.log see no ` +
      "elements here: compute with array operations instead, or decide on a value from outside the function.",
  );

const isRecorder = (interpreter: Interpreter): interpreter is Recorder => "scan" in interpreter;

/** The recorder that follows some values most closely, unless another transform comes before it. */
export const recorderOf = (xs: readonly NDArray[]): Recorder | undefined => {
  const interpreters = xs.flatMap((x) => tracer(x)?.interpreter ?? []);
  const innermost = interpreters.reduce<Interpreter | undefined>(
    (a, b) => (a === undefined || b.level > a.level ? b : a),
    undefined,
  );
  return innermost !== undefined && isRecorder(innermost) ? innermost : undefined;
};

/** Traces a function of leaves of given types; `outputs` are the leaves of its result that the program returns. */
export const traceLeaves = <R>(
  inputs: readonly ArrayType[],
  f: (leaves: readonly NDArray[]) => R,
  outputs: (result: R) => readonly NDArray[],
): Traced<R> =>
  atNewLevel((level) => {
    const equations: Equation[] = [];
    const constants: NDArray[] = [];
    const constantIds = new Map<NDArray, number>();
    const types: ArrayType[] = [];
    let open = true;

    // While recording, constants are numbered as they are met; they move behind the inputs in the end.
    const number = ({ shape, dtype }: ArrayType): NDArray => {
      const numbered: Numbered = { interpreter: recorder, id: types.length };
      types.push({ shape, dtype });
      return traced(dtype, shape, numbered);
    };
    // Only this recorder makes tracers that name it, so they are Numbered.
    const own = (x: NDArray): number | undefined => {
      const t = tracer(x);
      return t?.interpreter === recorder ? (t as Numbered).id : undefined;
    };
    const idOf = (x: NDArray): number => {
      const known = own(x) ?? constantIds.get(x);
      if (known !== undefined) return known;
      const id = types.length;
      types.push({ shape: x.shape, dtype: x.dtype });
      constants.push(x);
      constantIds.set(x, id);
      return id;
    };

    const recorder: Recorder = {
      level,
      bind: (primitive, operands) => {
        if (!open) throw escaped(primitive.name);
        const ids = operands.map(idOf);
        const output = types.length;
        const result = number(primitive.type(operands));
        equations.push({ kind: "apply", primitive, inputs: ids, output });
        return result;
      },
      scan: (loop, operands, results) => {
        if (!open) throw escaped("scan");
        const ids = operands.map(idOf);
        const made = results.map(number);
        equations.push({ kind: "scan", loop, inputs: ids, outputs: made.map(idOf) });
        return made;
      },
      read: (_, reader) => {
        throw open ? unknown(reader) : escaped(reader);
      },
    };

    try {
      const result = f(inputs.map(number));
      const ids = outputs(result).map(idOf);
      const program = assemble({
        inputIds: inputs.map((_, id) => id),
        constantIds: constants.map(idOf),
        constants,
        equations,
        outputs: ids,
        types,
      });
      return { result, program };
    } finally {
      open = false;
    }
  });

/**
 * The operations of a function as a program, for arguments of the given shapes and dtypes; their values do not matter.
 * The program has one input for each leaf of the arguments, and one output for each leaf of the result.
 *
 * @throws TraceError when the function asks for a value, as by `item` or JavaScript's `if`
 * @example
 * import { array, mul, square } from "@gradfold/core";
 * import { program, trace } from "@gradfold/autodiff";
 * const traced = trace((x) => mul(2, square(x)))(array([1, 2]));
 * program.print(traced).split("\n")[1]; // => '  c: float64[2] = square a'
 */
export const trace =
  <A extends readonly unknown[] = NDArray[]>(f: (...args: A) => unknown) =>
  (...args: A): Program => {
    const { leaves, structure } = tree.flatten(args);
    const call = typed<(leaves: readonly NDArray[]) => A>((xs: readonly NDArray[]) => tree.unflatten(structure, xs));
    return traceLeaves(leaves, (xs) => f(...call(xs)), tree.leaves).program;
  };
