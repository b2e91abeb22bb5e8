import { readData } from "../file.ts";
import { serve } from "../serve.ts";
import { compiled } from "./peer.ts";
import type { ProgramTask } from "./program.ts";

const [task = "", folder = ""] = process.argv.slice(2);
// The command that starts this process wrote the task: hence the cast.
await serve(compiled, JSON.parse(task) as ProgramTask, readData(folder));
