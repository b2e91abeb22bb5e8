import { expect, test } from "vitest";
import { publicFields } from "../fields.ts";

test("every field of options, states and records has a docstring, which editors show where one writes it", () => {
  const fields = publicFields();
  const names = new Set(fields.map(({ name }) => name));
  for (const name of ["TrainState.params", "Figure.marks", "AdamState.mu", "Options.dtype", "Recording.final"])
    expect(names).toContain(name);
  expect(fields.filter(({ isDocumented }) => !isDocumented)).toEqual([]);
}, 60_000);
