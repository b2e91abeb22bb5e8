/*
 * Prints what the compiler makes of every program of its tests, a line each: the hash of the WebAssembly module, its
 * bytes, the bytes of its memory, the hash of the memory plan, and the program's name. Two versions of the compiler
 * whose output is the same emit the same code:
 *
 *     tsx --conditions=source scripts/modules.ts > before.txt
 */
import { createHash } from "node:crypto";
import { type NDArray, ones, square, sum } from "@gradfold/core";
import { jacrev, valueAndGrad, vjp } from "@gradfold/autodiff";
import { apply, decode, functionOf, golden } from "../packages/autodiff/test/golden.ts";
import { emit, type Emitted } from "../packages/compile/src/emit/module.ts";
import { planModule } from "../packages/compile/src/emit/plan.ts";
import { schedule } from "../packages/compile/src/schedule/fuse.ts";
import { graphOf } from "../packages/compile/test/lowered.ts";
import { programs } from "../packages/compile/test/programs.ts";
import { type Leaves, type Program, program } from "../packages/compile/test/programs/program.ts";

/** The programs that autodiff is checked on against PyTorch, with their derivatives. */
const goldens: readonly Program[] = [
  ...[...golden.cases, ...golden.kinks].map(({ op, attrs, inputs }, i) =>
    program(`golden ${i}: ${op} and its vjps`, inputs.map(decode), (...xs) => {
      const [output, pullBack] = vjp((...ys: Leaves) => apply(op, ys, attrs), ...xs);
      return [output, pullBack(ones(output.shape))];
    }),
  ),
  ...[...golden.hvps, ...golden.graphs].map((each) =>
    program(`golden ${each.name}, gradient`, each.inputs.map(decode), (...xs) =>
      valueAndGrad((list: Leaves) => sum(square(functionOf(each)(...list))))(xs),
    ),
  ),
  ...golden.jvps
    .filter(({ jacobian }) => jacobian !== undefined)
    .map((each) =>
      program(`golden ${each.name}, Jacobian`, each.inputs.map(decode), (...xs) =>
        jacrev((y: NDArray) => functionOf(each)(y))(...(xs as [NDArray])),
      ),
    ),
];

/** What `jit` emits for a program. */
const emitted = ({ name, f, xs }: Program): Emitted => emit(planModule(schedule(graphOf(name, f, xs))));

const hash = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

const lineOf = (each: Program): string => {
  const { bytes, memoryBytes, donations, ...plan } = emitted(each);
  const planned = JSON.stringify({ ...plan, donations: [...donations] });
  return [hash(bytes), bytes.length, memoryBytes, hash(planned).slice(0, 16), each.name].join("\t");
};

for (const each of [...programs, ...goldens]) console.log(lineOf(each));
