/* The one file that is loaded for the entries beside the main one: a file more costs each import a millisecond. */
export * from "./compiler.ts";
export * from "./files.ts";
export * from "./library.ts";
export * from "./transform.ts";
