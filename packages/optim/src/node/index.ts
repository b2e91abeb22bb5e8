export { FileError } from "./error.ts";
export type { FileSystem, Stats } from "./fileSystem.ts";
export { record, type RecordOptions } from "./record.ts";
export type { Recorder } from "./recorder.ts";
export { type Damage, resume, type Resumed } from "./resume.ts";
export { type FileOptions, load, save } from "./save.ts";
