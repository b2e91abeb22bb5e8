/*
 * One of many processes that open the same recording at once. It takes a step when it has it, and looks whether another one
 * has it too; it goes on until `argv[3]` steps are recorded.
 */
import { closeSync, openSync, unlinkSync } from "node:fs";
import { either, orThrow } from "@gradfold/core";
import { steps as inputs, trajectory } from "@gradfold/optim";
import { resume } from "@gradfold/optim/node";

const [path = "", count = "0"] = process.argv.slice(2);
const busy = `${path}.busy`;
process.send?.("started");
for (let recorded = 0; recorded < Number(count);) {
  const opened = resume(path, 0);
  if (either.isLeft(opened)) {
    // Nothing but another writer may be in the way.
    if (!("code" in opened.left) || opened.left.code !== "ELOCKED") throw opened.left;
    continue;
  }
  const { recorder, state } = opened.right;
  closeSync(openSync(busy, "wx"));
  orThrow(recorder.append(trajectory.fold((n: number) => [n + 1, { loss: n }], state, inputs(1))));
  recorded = recorder.steps();
  unlinkSync(busy);
  // Some end without a word.
  if (recorded % 5 === 0 && recorded < Number(count)) process.kill(process.pid, "SIGKILL");
  orThrow(recorder.close());
}
