import { array, type DType, type NDArray, toTypedArray } from "@gradfold/core";
import { expect } from "vitest";
import type { schedule } from "../src/index.ts";
import optimizersFile from "./fixtures/optimizers.json" with { type: "json" };
import seedFile from "./fixtures/seed-linear-regression.json" with { type: "json" };

export interface GoldenArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export interface GoldenRun {
  readonly losses: readonly number[];
  readonly grads: readonly (readonly number[])[];
  readonly params: readonly (readonly number[])[];
  readonly finalLoss: number;
}

/** The blog's program, run by PyTorch. */
export const seed = seedFile as {
  readonly x: GoldenArray;
  readonly m: readonly number[];
  readonly b: GoldenArray;
  readonly y: GoldenArray;
  readonly a0: readonly number[];
  readonly lr: number;
  readonly steps: number;
  readonly initialPrediction: GoldenArray;
  readonly initialLoss: number;
  readonly printedAt: readonly number[];
  readonly printed: readonly number[];
  readonly badMatmul: { readonly leftShape: readonly number[]; readonly rightShape: readonly number[] };
  readonly leastSquares: {
    readonly solution: readonly number[];
    readonly loss: number;
    readonly hessian: GoldenArray;
    readonly maxStableLr: number;
    readonly closedFormPath: readonly (readonly number[])[];
  };
  readonly fullBatch: { readonly float64: GoldenRun; readonly float32: GoldenRun };
  readonly miniBatch: {
    readonly epochs: readonly (readonly (readonly number[])[])[];
    readonly float64: GoldenRun;
    readonly float32: GoldenRun;
  };
};

type Flat = Readonly<Record<string, readonly number[]>>;
type Init = Readonly<Record<string, GoldenArray>>;

export interface GoldenOptimizer {
  readonly id: string;
  readonly family: string;
  readonly convention: "shared" | "torch" | "optax";
  readonly hyper: Readonly<
    Partial<Record<"learningRate" | "momentum" | "b1" | "b2" | "every" | "syncPeriod" | "slowStepSize", number>>
  > &
    Readonly<Partial<Record<"maxNorm" | "maxDelta" | "clipping" | "threshold" | "decay", number>>> & {
      readonly decayMask?: { readonly w: boolean; readonly b: boolean };
      readonly schedule?: schedule.WarmupCosineDecay | schedule.ExponentialDecay;
    };
  readonly runs: readonly {
    readonly problem: "gradients" | "rosenbrock" | "quadratic";
    readonly learningRate?: number;
    readonly params: readonly Flat[];
    readonly slow?: readonly Flat[];
    readonly values?: readonly number[];
  }[];
}

// Sixty optimizers with as many kinds of hyper-parameters: the file's README gives this type.
export const optimizers = optimizersFile as unknown as {
  readonly steps: number;
  readonly problems: {
    readonly gradients: { readonly gradients: readonly Flat[]; readonly init: Init };
    readonly rosenbrock: { readonly a: number; readonly b: number; readonly init: Init };
    readonly quadratic: { readonly A: GoldenArray; readonly c: GoldenArray; readonly init: Init };
  };
  readonly optimizers: readonly GoldenOptimizer[];
};

export const decode = ({ shape, data }: GoldenArray, dtype: DType = "float64"): NDArray =>
  array(data, { shape, dtype });

/** Fails unless |got - want| <= atol + rtol |want| in every element. */
export const expectClose = (got: NDArray, want: readonly number[], rtol: number, atol: number): void => {
  const elements = Array.from(toTypedArray(got));
  expect(elements).toHaveLength(want.length);
  elements.forEach((value, i) => {
    const w = want[i] ?? NaN;
    expect(Math.abs(value - w), `element ${i}: ${value} is not ${w}`).toBeLessThanOrEqual(atol + rtol * Math.abs(w));
  });
};
