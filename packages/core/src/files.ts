/** How files of arrays are read and written: for the recordings of `@gradfold/optim`, not for everyday programs. */
export { decoded } from "./fp/attempt.ts";
export { bytesOf } from "./input/bytes.ts";
export { canonical, raw } from "./npy/element.ts";
export { byWidth, codes } from "./safetensors/element.ts";
export {
  checkCount,
  checkPlaces,
  countOf,
  type Entry,
  type Header,
  headerBytes,
  headerLength,
  headerText,
  lengthBytes,
  longestHeader,
  mostTexts,
  type Placed,
  readHeader,
  readTexts,
} from "./safetensors/header.ts";
export {
  asciiBytes,
  type Failure,
  isCount,
  type Quoted,
  type Reader,
  readerOf,
  short,
  stringOf,
  toJson,
} from "./safetensors/json.ts";
