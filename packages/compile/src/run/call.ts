import type { Graph } from "../graph/graph.ts";
import { type Guard, openEntry, type Outcome, type Run } from "./entry.ts";
import { type Emit, executableOf } from "./executable.ts";
import type { Pool, Tenant } from "./pool.ts";
import { keepFreedMemory, outputsIn } from "./results.ts";

/** A program to be run. */
interface Compiled {
  /** The public function that was called, for errors. */
  readonly caller: string;
  readonly graph: Graph;
  /** Emits the module of the graph. */
  readonly emit: Emit;
  readonly guard: Guard;
  /** Runs the program where there is no memory for it. */
  readonly otherwise: Run;
}

/** A program that can be run. How it runs changes when it leaves its memory, and when it gets one. */
export interface Runner extends Tenant {
  run: Run;
}

/**
 * Makes a program ready to run in a memory of a pool. When it has to leave its memory, it forgets its last arguments and
 * results.
 *
 * @throws ShapeError when it needs more memory than can be addressed
 */
export const instantiate = ({ caller, graph, emit, guard, otherwise }: Compiled, pool: Pool): Runner => {
  const executable = executableOf(caller, graph, emit);
  keepFreedMemory(outputsIn(graph, executable.outputs));
  const enter = (leaves: readonly unknown[]): Outcome => {
    const opened = pool.enter(runner, executable.pages);
    runner.run = opened === undefined ? otherwise : openEntry(executable, graph, guard, opened.memory, opened.heap);
    return runner.run(leaves);
  };
  const runner: Runner = {
    run: enter,
    leave: () => {
      runner.run = enter;
    },
  };
  return runner;
};
