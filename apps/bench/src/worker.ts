import { readData } from "./file.ts";
import type { Peer } from "./job.ts";
import { serve } from "./serve.ts";
import type { Task } from "./workload.ts";

/** Only what is measured is loaded. */
const peers: Readonly<Record<string, () => Promise<Peer>>> = {
  loops: async () => (await import("./loops/peer.ts")).loops,
  eager: async () => (await import("./gradfold/peer.ts")).eager,
  compiled: async () => (await import("./gradfold/peer.ts")).compiled,
  tensorflow: async () => (await import("./tensorflow/peer.ts")).tensorflow("wasm"),
  "tensorflow-cpu": async () => (await import("./tensorflow/peer.ts")).tensorflow("cpu"),
  "jax-js": async () => (await import("./jax-js/peer.ts")).jaxJs(),
};

const [name = "", task = "", folder = ""] = process.argv.slice(2);
const load = peers[name];
if (load === undefined) throw new Error(`no peer ${name}`);
// The command that starts this process wrote the task: hence the cast.
await serve(await load(), JSON.parse(task) as Task, readData(folder));
