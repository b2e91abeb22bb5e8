import { parseSync } from "oxc-parser";
import { describe, expect, test } from "vitest";
import { read } from "../files.ts";
import { mutantsOf, planted, sampleOf } from "../mutants.ts";

/** What the faults make of one line. */
const faults = (line: string): readonly string[] =>
  mutantsOf(line)
    .map((mutant) => planted(line, mutant))
    .toSorted();

describe("The faults of", () => {
  test.each<readonly [line: string, ...faults: readonly string[]]>([
    ["x < y;", ";", "x <= y;", "x >= y;"],
    ["x === y;", ";", "x !== y;"],
    ["x = a + b * c;", ";", "x = a + b / c;", "x = a - b * c;"],
    ["x += 2;", ";", "x += 1;", "x += 3;", "x -= 2;"],
    ["i++;", ";", "i--;"],
    ["f(7, -x, true);", ";", "f(6, -x, true);", "f(7, -x, false);", "f(7, x, true);", "f(8, -x, true);"],
    ["f(-0);", ";", "f(-(-1));", "f(-1);", "f(0);"],
    ["f(1n);", ";", "f(0n);", "f(2n);"],
    ["f(a && b);", ";", "f(a || b);", "f(a);", "f(b);"],
    ["f(a ?? b);", ";", "f(a);", "f(b);"],
    ["f(p ? a : b);", ";", "f((a));", "f((b));"],
    ["f(a?.b, a?.[b]);", ";", "f(a.b, a?.[b]);", "f(a?.b, a[b]);"],
    ["if (!p) f();", "if (!p) ;", "if (false) f();", "if (p) f();", "if (true) f();"],
    ["while (p) g();", "while (false) g();", "while (p) ;"],
    [
      "for (;;) { if (p) break; }",
      "for (;;) { if (false) break; }",
      "for (;;) { if (p) ; }",
      "for (;;) { if (true) break; }",
    ],
    ["x.slice(n);", ";", "x.slice(n + 1);", "x;"],
    ["Math.min(a, b);", ";", "Math.max(a, b);"],
    ["x.shift();", ";", "x.pop();"],
    ["f({ ...a, b }, [c]);", ";", "f({ ...[], b }, [c]);", "f({ ...a, b }, []);", "f({}, [c]);"],
    ["const f = (): T => a;", "const f = (): T => undefined;"],
    ["function f() { return a; }", "function f() { return undefined; }"],
    ['f("word");', ";", 'f("");'],
  ])("%s", (line, ...wanted) => expect(faults(line)).toEqual(wanted.toSorted()));
});

test("Types, imports, names of fields and the texts of errors and messages have no faults", () => {
  expect(
    mutantsOf('import { a } from "b"; export { c } from "d"; type T = 1 | "x"; const x: T = { "key": a } as 2;'),
  ).toEqual([expect.objectContaining({ text: "{}" })]);
  expect(faults("const e = new RangeError(`${n + 1} of ${p ? 1 : 2}`);")).toEqual([]);
  expect(faults('f("It is wrong.");')).toEqual([";"]);
});

test.each(["core/src/kernel/order.ts", "autodiff/src/tape.ts"])(
  "Every fault of %s is TypeScript and stands on the line that it names",
  (path) => {
    const source = read(`packages/${path}`);
    const mutants = mutantsOf(source);
    expect(mutants.length).toBeGreaterThan(100);
    for (const mutant of mutants) {
      const text = planted(source, mutant);
      expect(text).not.toBe(source);
      expect(parseSync(path, text).errors).toEqual([]);
      expect(source.slice(0, mutant.start).split("\n")).toHaveLength(mutant.line);
    }
  },
);

describe("A sample", () => {
  const source = Array.from({ length: 50 }, (_, i) => `f${i}(${i});`).join("\n");
  const changes = (text: string, seed: number) => sampleOf(mutantsOf(text), 20, seed).map(({ change }) => change);

  test("has as many faults as were asked for, in the order of the text", () => {
    expect(changes(source, 1)).toHaveLength(20);
    expect(sampleOf(mutantsOf(source), 1000, 1)).toEqual(mutantsOf(source));
    const lines = sampleOf(mutantsOf(source), 20, 1).map(({ line }) => line);
    expect(lines).toEqual(lines.toSorted((a, b) => a - b));
  });

  test("follows from its seed", () => {
    expect(changes(source, 1)).toEqual(changes(source, 1));
    expect(changes(source, 1)).not.toEqual(changes(source, 2));
  });

  test("stays what it was when lines without faults are added", () =>
    expect(changes(`// More.\n${source}`, 1)).toEqual(changes(source, 1)));
});
