import { argumentPlace, checkAlone, checkCallback } from "@gradfold/autodiff/compiler";
import { typed } from "@gradfold/core/library";
import { openPool } from "../run/pool.ts";
import { backend } from "../wasm/backend.ts";
import type { Backend } from "../wasm/kind.ts";
import { openComposition } from "./compose.ts";
import { resultFor, resultOf, type Runtime, specialize, type Specialized } from "./specialize.ts";

const caller = { name: "jit", place: argumentPlace } as const;

/** At most this many specializations are remembered; the least recently used one is forgotten first. */
const most = 32;

/**
 * The same function, compiled: traced once for each structure, shapes and dtypes of its arguments, fused into loops and
 * run as one WebAssembly module. It gives the same bits. `backend` tells whether there is WebAssembly with SIMD; without
 * it, the traced program is evaluated operation by operation.
 *
 * Arguments and results are trees of arrays. The function runs only while it is traced, so it must be pure: a later call
 * neither prints nor changes anything, nor reads anew from outside. Numbers and booleans among the arguments are static,
 * and a new one means tracing again: pass `array(x)` for a number that changes at every call. Arrays of 4 KiB or more
 * that come again and again, such as the batches of a data set, are cached in the function's memory, up to 64 MiB.
 * Inside of `grad`, `jvp` and `vmap` it runs compiled too, forward and back, and in another jitted function it is part
 * of that one's program; where it asks for values that a transform knows, it is simply called.
 *
 * @throws TraceError when the function asks for the value of an array, as by `item`, applies an operation that is not
 *   compiled yet, which is named, calls itself without end, or has more than 200,000 operations, where the operations
 *   inside of a `scan` count once: at every call, though it is traced but once; ShapeError when the program needs more memory
 *   than the 4 GiB that WebAssembly reaches; TreeError for an argument or result that is no tree of arrays
 * @example
 * import { array, grad, mul, sum } from "gradfold";
 * import { jit } from "gradfold/compile";
 * const gradient = jit(grad((x) => sum(mul(x, mul(x, x)))));
 * gradient(array([1, 2, 3])); // => float64 [3] [ 3, 12, 27]
 * gradient.backend; // => 'wasm'
 */
export const jit = typed<
  <F>(f: F) => F & {
    /** What runs the compiled function. */
    readonly backend: Backend;
  }
>((f: (...args: readonly unknown[]) => unknown, further: unknown) => {
  checkCallback("jit", "the first argument", f, "jit(f)(x)");
  checkAlone("jit", further, "jit(f)(x). Numbers and booleans among the arguments are static as they are");
  const known: Specialized[] = [];
  const runtime: Runtime = { backend: backend(), pool: openPool() };
  // The tree of the arguments is a list.
  const onList = (args: unknown): unknown => f(...(args as readonly unknown[]));

  const compose = openComposition({ caller, f: onList, runtime });

  const learn = (args: readonly unknown[]): unknown => {
    const learned = specialize(caller, args, onList, "static", runtime);
    if (learned === undefined) return compose(args);
    known.unshift(learned.specialized);
    for (const { runner } of known.splice(most)) runtime.pool.drop(runner);
    return resultOf(learned.specialized, learned.leaves);
  };

  const call = (...args: readonly unknown[]): unknown => {
    for (let i = 0; i < known.length; i++) {
      const specialized = known[i];
      if (specialized === undefined) continue;
      const result = resultFor(specialized, args);
      if (result === "miss") continue;
      if (result === "traced") return compose(args);
      if (i > 0) {
        known.unshift(...known.splice(i, 1));
        runtime.pool.touch(specialized.runner);
      }
      return result;
    }
    return learn(args);
  };
  return Object.assign(call, { backend: runtime.backend });
});
