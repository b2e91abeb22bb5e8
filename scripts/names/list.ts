/*
 * Prints the public functions of TensorFlow.js as JSON, for theirs.json; theirs.py does so for the other libraries:
 *
 *     tsx scripts/names/list.ts FOLDER/node_modules/@tensorflow/tfjs/dist/tf.node.js
 */
import { pathToFileURL } from "node:url";

type Module = Readonly<Record<string, unknown>>;

const places =
  "losses metrics train linalg data initializers math image signal spectral sparse browser io callbacks constraints regularizers";

const isModule = (x: unknown): x is Module => (typeof x === "object" || typeof x === "function") && x !== null;

const inside = (from: Module, ...path: readonly string[]): Module =>
  path.reduce((module: Module, name) => {
    const found = module[name];
    if (!isModule(found)) throw new Error(`there is no ${name} in ${path.join(".")}`);
    return found;
  }, from);

/** Functions, and no classes: their names begin with a capital letter, but for MSE's and MAPE's. */
const functionsOf = (from: Module): readonly string[] =>
  Object.keys(from).filter((name) => typeof from[name] === "function" && /^[a-z]|^(?:MSE|MAPE)$/.test(name));

const methodsOf = (from: Module): readonly string[] =>
  Object.getOwnPropertyNames(inside(from, "prototype")).filter((name) => name !== "constructor");

const tf = (await import(pathToFileURL(process.argv[2] ?? "").href)) as Module;
const flat = functionsOf(tf).filter((name) => name !== "train" && !name.startsWith("version"));
const lists: Readonly<Record<string, readonly string[]>> = {
  tf: flat,
  ...Object.fromEntries(places.split(" ").map((name) => [`tf.${name}`, functionsOf(inside(tf, name))])),
  "tf.Tensor": methodsOf(inside(tf, "Tensor")).filter((name) => !flat.includes(name)),
  "tf.data.Dataset": methodsOf(inside(tf, "data", "Dataset")),
};
const names = Object.fromEntries(Object.entries(lists).map(([key, list]) => [key, list.toSorted().join(" ")]));
const { tfjs } = inside(tf, "version");
console.log(JSON.stringify({ tensorflow: { version: tfjs, names } }, null, 2));
