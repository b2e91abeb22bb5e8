import type { NDArray } from "@gradfold/core";
import type { ArrayType } from "@gradfold/core/library";
import { atNewLevel, escaped, traced, type Tracer, tracer } from "@gradfold/core/transform";
import { closesOver, type Transform } from "./compound.ts";

/* What every interpreter does alike: it knows the values that it follows, and refuses them when it has ended. */

/** What an interpreter answers when it meets a value that it follows. */
export type Rules = Omit<Transform, "level">;

/** An interpreter's own values: arrays without elements, each of which stands for something held. */
export interface Followed<H> {
  /** What a value stands for; undefined where this interpreter does not follow it. */
  readonly held: (x: NDArray) => H | undefined;
  /** A value of some shape and dtype that stands for what is held. */
  readonly follow: (type: ArrayType, held: H) => NDArray;
  /** The results of a compound, none of which may be followed: its rule would say nothing of what it closes over. */
  readonly free: (name: string, results: readonly NDArray[]) => readonly NDArray[];
}

interface Holding<H> extends Tracer {
  readonly held: H;
}

/** What is made of an interpreter's own values by `start`, its rules among it, and an end to it. */
export type Opened<S extends Rules> = Omit<S, keyof Rules> & {
  /** Ends the work: followed values that got away are refused from now on. */
  readonly close: () => void;
};

export const openInterpreter = <H, S extends Rules>(level: number, start: (followed: Followed<H>) => S): Opened<S> => {
  let open = true;
  const held = (x: NDArray): H | undefined => {
    const t = tracer(x);
    // Only `follow` makes tracers that name this interpreter.
    return t?.interpreter === interpreter ? (t as Holding<H>).held : undefined;
  };
  const { bind, call, read, ...rest } = start({
    held,
    follow: ({ dtype, shape }, of) => {
      const holding: Holding<H> = { interpreter, held: of };
      return traced(dtype, shape, holding);
    },
    free: (name, results) => {
      if (results.some((x) => held(x) !== undefined)) throw closesOver(name);
      return results;
    },
  });
  const refuse = (name: string): void => {
    if (!open) throw escaped(name);
  };
  const interpreter: Transform = {
    level,
    bind: (primitive, operands) => {
      refuse(primitive.name);
      return bind(primitive, operands);
    },
    call: (compound, operands) => {
      refuse(compound.name);
      return call(compound, operands);
    },
    read: (x, reader) => {
      refuse(reader);
      return read(x, reader);
    },
  };
  return {
    ...rest,
    close: () => {
      open = false;
    },
  };
};

/** Runs something under an interpreter one level deeper than those around it, which ends with it. */
export const interpret = <H, R>(start: (followed: Followed<H>) => Rules & { readonly run: () => R }): R =>
  atNewLevel((level) => {
    const { run, close } = openInterpreter(level, start);
    try {
      return run();
    } finally {
      close();
    }
  });
