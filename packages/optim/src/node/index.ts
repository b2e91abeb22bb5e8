export { FileError } from "./error.ts";
export type { FileSystem } from "./fileSystem.ts";
export { record, type RecordOptions, resume, type Resumed } from "./record.ts";
export type { Recorder } from "./recorder.ts";
export { type FileOptions, load, save } from "./save.ts";
