import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { expect, test } from "vitest";
import { root } from "../files.ts";

/*
 * Shapes are computed twice: by the compiler and at run time. Expressions of many operations on many shapes are written
 * out, compiled to declarations, which say the compiler's shapes, and run.
 */

interface Case {
  /** Whether every size is known to the compiler. */
  readonly isExact: boolean;
  readonly source: string;
}

const sizes = fc.constantFrom(0, 1, 2, 3, 5);
const shapes = (minLength = 0): fc.Arbitrary<readonly number[]> => fc.array(sizes, { minLength, maxLength: 3 });
const text = (value: unknown): string => JSON.stringify(value);
const ones = (shape: readonly number[]): string => `ones(${text(shape)})`;
const exact = (source: string): Case => ({ isExact: true, source });
const loose = (source: string): Case => ({ isExact: false, source });
const axisOf = (rank: number): fc.Arbitrary<number> => fc.integer({ min: -rank, max: rank - 1 });

/** Two shapes that broadcast. */
const pairs = shapes().chain((shape) => {
  const one = fc
    .tuple(fc.nat(shape.length), fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }))
    .map(([drop, ones]) => shape.slice(drop).map((n, i) => (ones[i] === true ? 1 : n)));
  return fc.tuple(one, one);
});

/** Where a slice begins or ends. */
const bounds = fc.constantFrom(null, 0, 1, 2, 5, 9, 10, 11, 39, 100, -1, -2, -3, -7, -12, -13, -40);

const reduced = fc.constantFrom("sum", "mean", "prod", "logSumExp", "variance", "std", "norm", "all", "any");
const along = fc.constantFrom("softmax", "logSoftmax", "cumsum", "sort", "argsort");

const cases: readonly fc.Arbitrary<Case>[] = [
  fc
    .tuple(fc.constantFrom("add", "mul", "maximum", "less"), pairs)
    .map(([name, [a, b]]) => exact(`${name}(${ones(a)}, ${ones(b)})`)),
  fc.tuple(fc.constantFrom("neg", "exp", "tanh"), shapes()).map(([name, a]) => exact(`${name}(${ones(a)})`)),
  fc
    .tuple(reduced, shapes(1), fc.boolean())
    .chain(([name, a, keep]) =>
      axisOf(a.length).map((axis) => exact(`${name}(${ones(a)}, ${axis}, { keepDims: ${keep} })`)),
    ),
  fc
    .tuple(reduced, shapes(1))
    .chain(([name, a]) => fc.subarray(a.map((_, i) => i)).map((axes) => exact(`${name}(${ones(a)}, ${text(axes)})`))),
  fc.tuple(reduced, shapes()).map(([name, a]) => exact(`${name}(${ones(a)})`)),
  fc
    .tuple(along, shapes(1))
    .chain(([name, a]) => axisOf(a.length).map((axis) => exact(`${name}(${ones(a)}, ${axis})`))),
  fc.tuple(sizes, sizes, sizes, fc.constantFrom("matrices", "left", "right", "dot", "stack")).map(([m, k, n, kind]) => {
    const a = kind === "right" || kind === "dot" ? [k] : kind === "stack" ? [2, 1, m, k] : [m, k];
    const b = kind === "left" || kind === "dot" ? [k] : kind === "stack" ? [3, k, n] : [k, n];
    return exact(`matmul(${ones(a)}, ${ones(b)})`);
  }),
  shapes().map((a) => exact(`transpose(${ones(a)})`)),
  shapes(1).chain((a) =>
    fc
      .shuffledSubarray(
        a.map((_, i) => i),
        { minLength: a.length },
      )
      .map((order) => exact(`transpose(${ones(a)}, ${text(order)})`)),
  ),
  shapes().chain((a) => fc.nat(a.length).map((axis) => exact(`expandDims(${ones(a)}, ${axis})`))),
  shapes().map((a) => exact(`stack([${ones(a)}, ${ones(a)}, ${ones(a)}])`)),
  pairs
    .filter(([a, b]) => b.length >= a.length && a.every((n, i) => n === 1 || n === b[i + b.length - a.length]))
    .map(([a, b]) => exact(`broadcastTo(${ones(a)}, ${text(b)})`)),
  shapes(1).map((a) => exact(`flip(${ones(a)}, 0)`)),
  shapes(1).map((a) => exact(`roll(${ones(a)}, 2, 0)`)),
  shapes(1).map((a) => exact(`set(${ones(a)}, [[0, 1]], 7)`)),
  shapes(1)
    .filter(([n = 0]) => n > 0)
    .map((a) => exact(`slice(${ones(a)}, [${(a[0] ?? 1) - 1}])`)),
  fc
    .tuple(fc.constantFrom(0, 1, 3, 7, 12, 40), bounds, bounds, fc.constantFrom(1, 2, 3, 5, -1, -2, -4))
    .map(([size, start, stop, step]) => exact(`slice(${ones([size, 2])}, [[${start}, ${stop}, ${step}]])`)),
  fc.tuple(sizes, bounds).map(([size, start]) => exact(`slice(${ones([2, size])}, [null, [${start}]])`)),
  fc.tuple(sizes, bounds, bounds).map(([size, start, stop]) => exact(`slice(${ones([size])}, [[${start}, ${stop}]])`)),
  fc.tuple(sizes, sizes).map((a) => exact(`diag(${ones(a)})`)),
  shapes().map((a) => exact(`squeeze(${ones(a)})`)),
  shapes().chain((a) =>
    fc
      .subarray(a.flatMap((size, i) => (size === 1 ? [i] : [])))
      .map((axes) => exact(`squeeze(${ones(a)}, ${text(axes)})`)),
  ),
  shapes(1).chain((a) => axisOf(a.length).map((axis) => loose(`concatenate([${ones(a)}, ${ones(a)}], ${axis})`))),
  shapes(1).map((a) => loose(`slice(${ones(a)}, [[1, null], null].slice(0, ${a.length}) as [[1, null]])`)),
  shapes(1).chain((a) => axisOf(a.length).map((axis) => loose(`repeat(${ones(a)}, 2, ${axis})`))),
  shapes().map((a) => loose(`tile(${ones(a)}, [2, 1])`)),
  shapes().map((a) => loose(`pad(${ones(a)}, ${text(a.map(() => [1, 2]))})`)),
  shapes(1).chain((a) => {
    const n = a.at(-1) ?? 0;
    return fc.constant(exact(`split(${ones(a)}, ${text([n, 0])}, -1)[0]`));
  }),
  shapes(1)
    .filter(([n = 0]) => n > 0)
    .map((a) => exact(`take(${ones(a)}, zeros([4, 2], { dtype: "int32" }))`)),
  shapes(1).map((a) => loose(`reshape(${ones(a)}, ${text([a.reduce((x, y) => x * y, 1), 1])})`)),
];

const folder = join(root, "scripts", ".cache", "shapes");

/** The compiler's shapes: of each case the sizes that it knows, and `number`; an unknown rank is a plain NDArray. */
const compile = (file: string, all: readonly Case[]): readonly string[] => {
  const names = [...new Set(all.flatMap(({ source }) => source.match(/\b[a-z]\w+(?=\()/gi) ?? []))];
  const lines = all.map(({ source }, i) => `export const c${i} = ${source};`);
  writeFileSync(file, `import { type NDArray, ${names.join(", ")} } from "@gradfold/core";\n${lines.join("\n")}\n`);
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: "../../../tsconfig.base.json",
      compilerOptions: {
        composite: false,
        incremental: false,
        declaration: true,
        emitDeclarationOnly: true,
        outDir: "out",
        rootDir: root,
        noUnusedLocals: false,
      },
      include: ["cases.ts"],
    }),
  );
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder], { stdio: "pipe" });
  const declared = readFileSync(join(folder, "out/scripts/.cache/shapes/cases.d.ts"), "utf8");
  return all.map((_, i) => new RegExp(`const c${i}: NDArray<(.*)>;`).exec(declared)?.[1] ?? "?");
};

test("the compiler's shapes are those at run time, for generated expressions", async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const all = cases.flatMap((arbitrary) => fc.sample(arbitrary, { seed: 1, numRuns: 25 }));
  const file = join(folder, "cases.ts");
  const known = compile(file, all);
  // What the file exports is what was just written into it.
  const values = (await import(pathToFileURL(file).href)) as Readonly<
    Record<string, { readonly shape: readonly number[] }>
  >;
  all.forEach(({ source, isExact }, i) => {
    const shape = values[`c${i}`]?.shape ?? [];
    const said = known[i] ?? "?";
    if (isExact) expect(said, source).toBe(`[${shape.join(", ")}]`);
    else {
      const sizes = said
        .slice(1, -1)
        .split(", ")
        .filter((size) => size !== "");
      expect(
        sizes.map((size, axis) => (size === "number" ? shape[axis] : Number(size))),
        source,
      ).toEqual(shape);
    }
  });
}, 60_000);
