import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Assembler, openFunction } from "../src/wasm/assembler.ts";
import { splat64 } from "../src/wasm/constant.ts";
import { op } from "../src/wasm/opcode.ts";
import { encodeModule, type WasmFunction } from "../src/wasm/encode.ts";
import { arithmetic } from "../src/wasm/expression.ts";

/* Locals are used again, and nobody can tell: random programs do in a function what they do in an interpreter. */

type Statement =
  | { readonly kind: "set"; readonly to: number; readonly a: number; readonly b: number }
  | { readonly kind: "write"; readonly from: number }
  | { readonly kind: "if"; readonly test: number; readonly yes: Block; readonly no: Block | undefined }
  | { readonly kind: "repeat"; readonly times: number; readonly body: Block }
  /** Its test runs once more than its body. */
  | { readonly kind: "while"; readonly times: number; readonly test: Block; readonly body: Block };

type Block = readonly Statement[];

const variables = 9;
const parameters = 2;

const variable = fc.nat(variables - 1);

const { block } = fc.letrec<{ readonly block: Block; readonly statement: Statement }>((tie) => ({
  block: fc.array(tie("statement"), { maxLength: 6, depthIdentifier: "blocks" }),
  statement: fc.oneof(
    { depthIdentifier: "blocks", depthSize: "small", withCrossShrink: true },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("set" as const), to: variable, a: variable, b: variable }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("write" as const), from: variable }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("if" as const),
        test: variable,
        yes: tie("block"),
        no: fc.option(tie("block"), { nil: undefined }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("repeat" as const),
        times: fc.integer({ min: 1, max: 3 }),
        body: tie("block"),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("while" as const),
        times: fc.nat(2),
        test: tie("block"),
        body: tie("block"),
      }),
    },
  ),
}));

/** Every change makes a number that no other makes, as a rule. */
const combined = (a: number, b: number): number => (Math.imul(a, 31) + b + 7) | 0;

/** What a program writes. */
const interpret = (program: Block, given: readonly number[]): readonly number[] => {
  const written: number[] = [];
  const values = Array.from({ length: variables }, (_, i) => given[i] ?? 0);
  const valueOf = (i: number): number => values[i] ?? 0;
  const run = (statements: Block): void => statements.forEach(step);
  const step = (statement: Statement): void => {
    switch (statement.kind) {
      case "set":
        values[statement.to] = combined(valueOf(statement.a), valueOf(statement.b));
        return;
      case "write":
        written.push(valueOf(statement.from));
        return;
      case "if":
        return run((valueOf(statement.test) & 1) === 1 ? statement.yes : (statement.no ?? []));
      case "repeat":
        for (let i = 0; i < statement.times; i++) run(statement.body);
        return;
      case "while":
        for (let i = 0; i <= statement.times; i++) {
          run(statement.test);
          if (i < statement.times) run(statement.body);
        }
    }
  };
  run(program);
  return written;
};

const emitProgram = (asm: Assembler, program: Block): void => {
  const { number, local, add, mul, and, less, variable, assign } = arithmetic(asm);
  const locals = Array.from({ length: variables }, (_, i) => (i < parameters ? i : asm.local("i32")));
  const of = (i: number) => local(locals[i] ?? -1);
  const end = variable(number(4));
  const run = (statements: Block): void => statements.forEach(step);
  const count = (times: number) => {
    const counter = variable(number(0));
    const isLess = less(local(counter), number(times));
    return { isLess, next: () => assign(counter, add(local(counter), number(1))) };
  };
  const step = (statement: Statement): void => {
    switch (statement.kind) {
      case "set":
        return assign(
          locals[statement.to] ?? -1,
          add(add(mul(of(statement.a), number(31)), of(statement.b)), number(7)),
        );
      case "write":
        local(end)();
        of(statement.from)();
        asm.scalar("storeI32", 0);
        return assign(end, add(local(end), number(4)));
      case "if": {
        const { yes, no } = statement;
        and(of(statement.test), number(1))();
        return asm.when(() => run(yes), no === undefined ? undefined : () => run(no));
      }
      case "repeat": {
        const { isLess, next } = count(statement.times);
        return asm.repeat(() => {
          run(statement.body);
          next();
          isLess();
        });
      }
      case "while": {
        const { isLess, next } = count(statement.times);
        return asm.repeatWhile(
          () => {
            run(statement.test);
            isLess();
          },
          () => {
            run(statement.body);
            next();
          },
        );
      }
    }
  };
  run(program);
  asm.i32(0);
  asm.get(end);
  asm.scalar("storeI32", 0);
};

/** What a function writes: its last instructions write the place behind that. */
const written = (asm: WasmFunction, given: readonly number[]): readonly number[] => {
  const memory = new WebAssembly.Memory({ initial: 16 });
  const module = new WebAssembly.Module(encodeModule([asm]));
  const { exports } = new WebAssembly.Instance(module, { m: { m: memory } });
  (exports["run"] as (...given: readonly number[]) => void)(...given);
  const heap = new Int32Array(memory.buffer);
  return [...heap.subarray(1, (heap[0] ?? 0) / 4)];
};

describe("A function whose locals are used again", () => {
  test("writes what a program writes whose variables are apart", () => {
    fc.assert(
      fc.property(block, fc.integer(), fc.integer(), (program, a, b) => {
        const asm = openFunction(parameters);
        emitProgram(asm, program);
        expect(written(asm.finish(), [a, b])).toEqual(interpret(program, [a, b]));
      }),
      { numRuns: 1000 },
    );
  });

  test("has as many as are needed at once", () => {
    const asm = openFunction(0);
    for (let i = 0; i < 100; i++) {
      const [x, y, z] = [asm.local("v128"), asm.local("v128"), asm.local("f64")];
      asm.constant(splat64(i));
      asm.tee(x);
      asm.set(y);
      asm.f64(1);
      asm.set(z);
      asm.get(x);
      asm.get(y);
      asm.op(op.f64Add);
      asm.set(asm.local("v128"));
    }
    expect(asm.finish().locals).toEqual(["f64", "v128", "v128"]);
  });

  test("keeps what a loop needs in its next turn apart from what its body makes", () => {
    const asm = openFunction(0);
    const { number, variable, add, local, less, assign } = arithmetic(asm);
    const [before, counter] = [variable(number(5)), variable(number(0))];
    asm.repeat(() => {
      const first = variable(local(before));
      const second = variable(local(first));
      const third = variable(local(second));
      assign(counter, add(local(third), local(counter)));
      less(local(counter), number(20))();
    });
    // One for what is read first in each turn, one for the counter, one for the three that are made anew.
    expect(asm.finish().locals).toHaveLength(3);
  });

  test("may leave out parameters that nothing uses", () => {
    const asm = openFunction(5);
    asm.i32(0);
    asm.get(3);
    asm.scalar("storeI32", 0);
    asm.get(1);
    asm.set(asm.local("i32"));
    expect(asm.parameters()).toEqual([1, 3]);
    expect(() => asm.finish([1])).toThrow("parameter 3");
    const finished = asm.finish(asm.parameters());
    expect(finished.parameters).toBe(2);
    expect(WebAssembly.validate(encodeModule([finished]))).toBe(true);
  });
});
