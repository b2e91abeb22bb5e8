export { decode, encode } from "./file.ts";
export { of, type Recording, type RecordingOptions } from "./recording.ts";
