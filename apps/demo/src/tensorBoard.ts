import crc from "crc-32/crc32c.js";
import { type Columns, distinct } from "./table.ts";

/*
 * Event files of TensorBoard: TFRecords of protocol buffers. Written by the formats' definitions, tensorflow's
 * core/lib/io/record_writer.h, core/util/event.proto and core/framework/summary.proto.
 */

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

/** A whole number in base 128, the lowest digits first; the high bit says that more follow. */
const varint = (value: number): Uint8Array => {
  const digits: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) digits.push((rest % 128) + 128);
  return Uint8Array.of(...digits, rest);
};

const float64 = (value: number): Uint8Array => new Uint8Array(Float64Array.of(value).buffer);
const float32 = (value: number): Uint8Array => new Uint8Array(Float32Array.of(value).buffer);

const field = (number: number, wire: number): Uint8Array => varint(8 * number + wire);
const bytesField = (number: number, value: Uint8Array): Uint8Array =>
  joined(field(number, 2), varint(value.length), value);

/** Event { wall_time = 1, step = 2, file_version = 3, summary = 5 } */
const event = (wallTime: number, step: number, content: Uint8Array): Uint8Array =>
  joined(field(1, 1), float64(wallTime), field(2, 0), varint(step), content);

/** Summary { value = 1 { tag = 1, simple_value = 2 } }, of which there may be many. */
const summary = (scalars: readonly (readonly [tag: string, value: number])[]): Uint8Array =>
  bytesField(
    5,
    joined(
      ...scalars.map(([tag, value]) => bytesField(1, joined(bytesField(1, text(tag)), field(2, 5), float32(value)))),
    ),
  );

/** A checksum that may itself be part of what is checked. */
const masked = (bytes: Uint8Array): Uint8Array => {
  const sum = crc.buf(bytes) >>> 0;
  return new Uint8Array(Uint32Array.of(((sum >>> 15) | (sum << 17)) + 0xa282ead8).buffer);
};

const framed = (data: Uint8Array): Uint8Array => {
  const length = new Uint8Array(Uint32Array.of(data.length, 0).buffer);
  return joined(length, masked(length), data, masked(data));
};

/**
 * Metrics as an event file: an event for each step, every number as a float32. A recording tells no times: its steps are
 * a second apart, the last one at the given time in seconds, so that curves over time are those over steps.
 */
export const toEvents = (columns: Columns, end: number): Uint8Array => {
  const names = distinct(Object.keys(columns));
  const all = Object.values(columns);
  const steps = all[0]?.length ?? 0;
  const start = end - Math.max(steps - 1, 0);
  const records = [framed(event(start, 0, bytesField(3, text("brain.Event:2"))))];
  for (let k = 0; k < steps; k++)
    records.push(framed(event(start + k, k, summary(all.map((column, i) => [names[i] ?? "", column[k] ?? NaN])))));
  return Buffer.concat(records);
};
