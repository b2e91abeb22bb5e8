import { array, DomainError } from "@gradfold/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { descent, type Figure, type Mark, type Surface } from "../src/index.ts";
import { boldWidth } from "../src/label.ts";
import { render } from "../src/node.ts";
import { position } from "../src/position.ts";

const bowl = (x: number, y: number): number => x * x + 3 * y * y;

const rosenbrock = (x: number, y: number): number => (1 - x) * (1 - x) + 100 * (y - x * x) * (y - x * x);

const halving = Array.from({ length: 12 }, (_, i) => [2 / (1 << i), 1 / (1 << i)]);

const small = { cells: 12 };

const ofKind = <Kind extends Mark["kind"]>(figure: Figure, kind: Kind) =>
  figure.marks.filter((mark): mark is Mark & { readonly kind: Kind } => mark.kind === kind);

const contourOf = (figure: Figure) => {
  const [contour] = ofKind(figure, "contour");
  if (contour === undefined) throw new Error("no contour");
  return contour;
};

const words = (figure: Figure): readonly string[] => ofKind(figure, "text").map(({ text }) => text);

test("a path as pairs, as rows and as columns gives the same figure", () => {
  const rows = halving.map(([x, y]) => ({ x, y }));
  const columns = { x: halving.map(([x]) => x), y: Float64Array.from(halving, ([, y = NaN]) => y) };
  const figure = descent({ surface: bowl, paths: { sgd: halving } }, small);
  expect(descent({ surface: bowl, paths: { sgd: rows } }, small)).toEqual(figure);
  expect(descent({ surface: bowl, paths: { sgd: columns } }, small)).toEqual(figure);
});

test("a figure is plain data", () => {
  const bare = (x: number, y: number): number => (x < 1 ? NaN : y);
  const figure = descent({ surface: bare, paths: { sgd: halving }, optimum: [0, 0] }, small);
  expect(JSON.parse(JSON.stringify(figure))).toEqual(figure);
});

test("the description tells the surface, the runs and the minimum", () => {
  expect(descent({ surface: bowl, paths: { sgd: halving }, optimum: [0, 0] }).description).toMatch(
    /^Loss over x and y, from [^ ]+ to [^ ]+, isolines at .*\. Path sgd: 11 steps from \(2, 1\), loss 7, to \([^)]+\), loss [^ ]+\. Minimum at \(0, 0\)\.$/,
  );
});

test("the ground below the first isoline is painted too", () => {
  const { values, levels } = contourOf(descent({ surface: bowl, paths: { sgd: halving } }, small));
  expect(Math.min(...values.map((value) => value ?? NaN))).toBe(levels[0]?.value);
  expect(levels.length).toBeGreaterThan(2);
});

test("isolines run beyond the frame, where they are cut away, and not along it", () => {
  const figure = descent({ surface: (x) => x }, { ...small, xDomain: [0, 1], yDomain: [0, 1] });
  const { margin, height } = figure;
  const svg = render(figure);
  const group = /<g clip-path="url\(#descent-\d\)">\n<g [^>]*>\n<path d="([^"]+)"/g;
  const isolines = Array.from(svg.matchAll(group), ([, d = ""]) => d);
  expect(isolines.length).toBe(contourOf(figure).levels.length);
  for (const d of isolines.slice(1)) {
    const heights = Array.from(d.matchAll(/,(-?[\d.]+)/g), ([, y]) => Number(y));
    expect(Math.min(...heights)).toBeLessThan(margin.top);
    expect(Math.max(...heights)).toBeGreaterThan(height - margin.bottom);
    // The left end of what is above the level is the isoline: the same x all the way.
    const lefts = Array.from(d.matchAll(/[ML](-?[\d.]+),/g), ([, x]) => Number(x));
    expect(lefts.filter((x) => x === Math.min(...lefts)).length).toBeGreaterThan(small.cells);
  }
});

test("levels are even over a bowl, and spaced by their logarithms over a narrow valley", () => {
  const window = { xDomain: [-1.5, 1.5], yDomain: [-0.5, 1.5] } as const;
  expect(words(descent({ surface: (x, y) => bowl(x, y) + 20 }, window))).toContain(
    "isolines at 21, 22, 23, 24, 25, 26, 27, 28",
  );
  expect(words(descent({ surface: rosenbrock }, window))).toContain("isolines at 1, 3, 10, 30, 100, 300");
});

test("levels of a negative loss are counted from the lowest", () => {
  const figure = descent(
    { surface: (x, y) => rosenbrock(x, y) - 1000 },
    { xDomain: [-1.5, 1.5], yDomain: [-0.5, 1.5] },
  );
  expect(figure.description).toMatch(/isolines at 1, .*, 300 above the lowest\.$/);
});

test("a level whose valley is narrower than two cells is dropped, and comes back on a finer grid", () => {
  const window = { xDomain: [-1.5, 1.5], yDomain: [-0.5, 1.5] } as const;
  const lowest = (cells: number): number =>
    Number(/isolines at ([\d.]+)/.exec(descent({ surface: rosenbrock }, { ...window, cells }).description)?.[1]);
  expect(lowest(16)).toBeGreaterThan(lowest(48));
  expect(lowest(48)).toBeGreaterThan(lowest(200));
});

test("words and lines over the surface have an edge in the colour of the background", () => {
  const figure = descent({ surface: bowl, paths: { sgd: halving } }, small);
  const names = ofKind(figure, "text").filter(({ bold }) => bold);
  expect(names.map(({ text, halo }) => [text, halo])).toEqual([
    ["sgd", "#000000"],
    ["start", "#000000"],
  ]);
  // Behind the letters: before them, it would leave outlines.
  expect(render(figure)).toMatch(/paint-order="stroke"[^>]*>\n<text [^>]*>sgd</);
  const [under, over] = ofKind(figure, "line");
  expect([under?.color, under?.path]).toEqual(["#000000", over?.path]);
  expect(under?.width).toBeGreaterThan(over?.width ?? NaN);
});

test("every run has a look of its own", () => {
  const paths = Object.fromEntries(
    Array.from({ length: 16 }, (_, i) => [`run ${i}`, halving.map(([x = 0, y = 0]) => [x, y + i])]),
  );
  const figure = descent({ surface: bowl, paths }, small);
  const lines = ofKind(figure, "line").filter((_, i) => i % 2 === 1);
  expect(new Set(lines.map(({ color, dash }) => `${color} ${dash}`)).size).toBe(16);
  expect(() => descent({ surface: bowl, paths: { ...paths, more: halving } })).toThrow(
    "descent: 17 paths are too many to tell apart. Give at most 16.",
  );
});

test("a run that diverges does not squeeze the others, and the note says where it leaves", () => {
  const wild = Array.from({ length: 9 }, (_, i) => [2, (i % 2 === 0 ? 1 : -1) * Math.exp(20 * i)]);
  const figure = descent({ surface: bowl, paths: { sgd: halving, wild: [...wild, [NaN, NaN]] } }, small);
  expect(figure.note).toBe("path wild leaves the picture at step 1, and is not a number from step 9 on");
  expect(figure.y.domain[1]).toBeLessThan(3);
  expect(ofKind(figure, "text").map(({ text }) => text)).toContain("wild");
});

test("gaps in a path are gaps in its line, and counted", () => {
  const figure = descent({ surface: bowl, paths: { sgd: [[2, 1], null, [1, NaN], [0.5, 0.5], [0, 0.2]] } }, small);
  expect(figure.note).toBe("path sgd: not drawn: 1 missing, 1 not a number");
  expect(ofKind(figure, "line")[1]?.path).toEqual([
    [0.5, 0.5],
    [0, 0.2],
  ]);
});

test("where the surface has no loss it stays bare, and the note counts the places", () => {
  const figure = descent({ surface: (x, y) => (x < 0 ? NaN : x + y) }, { cells: 8, xDomain: [-1, 1], yDomain: [0, 1] });
  expect(figure.note).toBe("no loss at 32 of 64 places");
  expect(contourOf(figure).values.filter((value) => value === null).length).toBe(10 * 5);
  const none = descent({ surface: () => null, optimum: [0, 0] }, { cells: 8 });
  expect(none.note).toBe("the surface has no loss here");
  expect(ofKind(none, "contour")).toEqual([]);
});

test("a million steps become a few thousand points", () => {
  const n = 1_000_000;
  const x = Float64Array.from({ length: n }, (_, i) => ((i * 7919) % 1000) / 1000);
  const figure = descent({ surface: bowl, paths: { noise: { x, y: x.toReversed() } } }, small);
  const path = ofKind(figure, "line")[1]?.path ?? [];
  expect(path.length).toBeLessThan(6000);
  expect([path[0], path.at(-1)]).toEqual([
    [x[0], x[n - 1]],
    [x[n - 1], x[0]],
  ]);
});

test("a grid gives what the function gives between its points", () => {
  const plane = (x: number, y: number): number => 2 * x - y + 5;
  const x = [0, 0.5, 2, 4];
  const y = [-1, 0, 3];
  const grid = { x, y, loss: y.map((v) => x.map((u) => plane(u, v))) };
  const options = { cells: 8, xDomain: [0, 4], yDomain: [-1, 3] } as const;
  const [ours, theirs] = [
    contourOf(descent({ surface: grid }, { cells: 8 })),
    contourOf(descent({ surface: plane }, options)),
  ];
  const inner = (_: unknown, i: number): boolean => i % 10 > 0 && i % 10 < 9 && i > 9 && i < 90;
  const expected = theirs.values.filter(inner);
  ours.values.filter(inner).forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 12));
});

const surfaces: readonly (readonly [string, Surface])[] = [
  ["constant", () => 3],
  ["zero", () => 0],
  ["huge", (x, y) => (x + y) * 1e308],
  ["from the least to the largest number", (x) => x * Number.MAX_VALUE],
  ["tiny", (x, y) => (x * x + y * y) * 1e-310],
  ["infinite in part", (x) => 1 / Math.max(x - 1, 0)],
  ["negative infinite in part", (x) => Math.log(Math.max(x, 0))],
  ["infinite on both sides", (x) => (x < 1 ? -Infinity : Infinity)],
  ["a cliff", (x) => (x > 0.5 ? 1e300 : 1)],
  ["noise", (x, y) => ((x * 7919 + y * 104729) % 1) - 0.5],
];

test.each(surfaces)("a surface that is %s is drawn", (_, surface) => {
  const figure = descent({ surface, paths: { a: halving } }, { ...small, width: 240, height: 160 });
  const { values, levels } = contourOf(figure);
  expect(values.every((value) => value === null || Number.isFinite(value))).toBe(true);
  expect(levels.map(({ value }) => value)).toEqual(levels.map(({ value }) => value).toSorted((a, b) => a - b));
  expect(render(figure)).not.toMatch(/NaN|Infinity/);
});

test.each<readonly [string, () => unknown, string]>([
  ["no surface", () => descent({} as never), "surface is not a function (x, y) => loss, or a grid { x, y, loss }: undefined."],
  ["an array", () => descent({ surface: array([1]) as never }), "surface is not a function (x, y) => loss, or a grid { x, y, loss }: an array"],
  [
    "a function that gives an array",
    () => descent({ surface: (() => array(1)) as never, optimum: [0, 0] }),
    "is not a number: an array of shape []. Give item(x).",
  ],
  [
    "a function that throws",
    () => descent({ surface: () => { throw new Error("mine"); }, optimum: [0, 0] }),
    "surface(0, 0) threw an error: see its cause.",
  ],
  ["nothing to look at", () => descent({ surface: bowl }), "nothing says which part of the surface to show. Give a path"],
  ["paths as a list", () => descent({ surface: bowl, paths: [halving] as never }), "paths is not an object of paths by name"],
  ["a path of numbers", () => descent({ surface: bowl, paths: { sgd: [1, 2] as never } }), 'paths["sgd"][0] is not a row with x: 1.'],
  [
    "a path of triples",
    () => descent({ surface: bowl, paths: { sgd: [[1, 2, 3]] } }),
    'paths["sgd"][0] is not [x, y]: a list of 3.',
  ],
  [
    "a path without an end",
    () => descent({ surface: bowl, paths: { sgd: new Array(2 ** 32 - 1) } }),
    'paths["sgd"] is too long to draw: 4294967295 is more than 10000000. Give every tenth, say.',
  ],
  ["an optimum of three", () => descent({ surface: bowl, optimum: [1, 2, 3] }), "optimum is not [x, y]: a list of 3."],
  [
    "a grid that descends",
    () => descent({ surface: { x: [1, 0], y: [0, 1], loss: [[1, 2], [3, 4]] } }),
    "surface.x[1] is not above 1, the value before: 0. Sort the grid.",
  ],
  [
    "a grid with too few rows",
    () => descent({ surface: { x: [0, 1], y: [0, 1], loss: [[1, 2]] } }),
    "surface.loss has 1 rows for 2 values of y. Give one row for each.",
  ],
  [
    "a grid with a short row",
    () => descent({ surface: { x: [0, 1], y: [0, 1], loss: [[1, 2], [3]] } }),
    "surface.loss[1] has 1 values for 2 values of x. Give one for each.",
  ],
])("%s is refused in words", (_, call, message) => {
  expect(call).toThrow(DomainError);
  expect(call).toThrow(message);
}); // prettier-ignore

test("whatever the runs and the size, names stand in the picture and touch neither each other nor the ends", () => {
  const coordinate = fc.oneof(fc.constantFrom(0, 1), fc.double({ min: -2, max: 2, noNaN: true }));
  const path = fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 5 });
  const name = fc.constantFrom("sgd", "Momentum with a long name", "WWWWWW", "adam", "学習率", "");
  fc.assert(
    fc.property(
      fc.dictionary(name, path, { minKeys: 1, maxKeys: 4 }),
      fc.record({ width: fc.integer({ min: 240, max: 1600 }), height: fc.integer({ min: 160, max: 900 }) }),
      (paths, size) => {
        const figure = descent({ surface: bowl, paths, optimum: [0, 0] }, { ...size, cells: 8 });
        const boxes = ofKind(figure, "text")
          .filter(({ bold }) => bold)
          .map(({ at, text, anchor, offset }) => {
            const [x, y] = position(figure, at);
            const width = boldWidth(text, 12);
            const left = x + offset[0] - (anchor === "start" ? 0 : anchor === "end" ? width : width / 2);
            return { left, right: left + width, top: y + offset[1] - 7, bottom: y + offset[1] + 7 };
          });
        for (const [i, a] of boxes.entries()) {
          expect(a.left >= 0 && a.right <= size.width && a.top >= 0 && a.bottom <= size.height).toBe(true);
          for (const b of boxes.slice(0, i))
            expect(a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top).toBe(true);
        }
      },
    ),
    { numRuns: 100 },
  );
});
