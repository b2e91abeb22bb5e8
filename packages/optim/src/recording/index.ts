export { decode } from "./decode.ts";
export { encode } from "./encode.ts";
export { of, type Recording, type RecordingOptions } from "./recording.ts";
