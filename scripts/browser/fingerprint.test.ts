import { expect, inject, test } from "vitest";
import { fingerprint } from "../fingerprint.ts";
import { checkRecorded } from "../recorded.ts";

test("A browser computes the same bits as Node", async () => expect(await fingerprint()).toBe(inject("fingerprint")));

test("A browser records a run to the bytes that Node does, and verifies Node's", () =>
  checkRecorded(Uint8Array.from(inject("recorded"))));
