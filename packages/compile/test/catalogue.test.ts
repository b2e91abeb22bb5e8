import { bind } from "@gradfold/core/transform";
import fc from "fast-check";
import { describe, test } from "vitest";
import { catalogue, type Sample } from "../../core/test/laws/catalogue.ts";
import { jit } from "../src/index.ts";
import { expectSameBits } from "./bits.ts";

/* Every record of the library, compiled: the bits of its evaluation, for any dtype, shape and layout. */

const isCompiled = ({ primitive, inputs }: Sample): void => {
  const compiled = jit((...xs: Sample["inputs"]) => bind(primitive, xs));
  const wanted = primitive.evaluate(inputs);
  expectSameBits(compiled(...inputs), wanted);
  expectSameBits(compiled(...inputs), wanted);
};

describe.each(catalogue.map((entry) => [entry.name, entry] as const))("%s", (_, { samples, fixed }) => {
  test.each(["float64", "float32", ...(fixed === true ? [] : (["int32", "bool"] as const))] as const)(
    "of %s has the bits of eager code",
    (dtype) => {
      fc.assert(fc.property(samples(fc.constant(dtype)), isCompiled), { seed: 1, numRuns: 12 });
    },
  );
});
