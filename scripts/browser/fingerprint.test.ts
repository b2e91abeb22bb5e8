import { expect, inject, test } from "vitest";
import { fingerprint } from "../fingerprint.ts";

test("A browser computes the same bits as Node", async () => expect(await fingerprint()).toBe(inject("fingerprint")));
