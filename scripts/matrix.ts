/* The packages as published do the same, to the last bit, in every Node that we promise. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Check, expectEqual, run } from "./checks.ts";
import { compile, makeConsumerChecks, smoke } from "./consumer.ts";
import { readmeExample } from "./doctest.ts";
import { read, root } from "./files.ts";

const versions = [20, 22, 24, 26];

/** The newest Node of a major version, from its npm package, kept in the checkout. */
const nodeOf = async (version: number): Promise<string> => {
  const home = join(root, `.cache/node-${version}`);
  mkdirSync(home, { recursive: true });
  await run(home, "npm", "install", "--prefix", home, "--no-audit", "--no-fund", `node@${version}`);
  return join(home, "node_modules/node/bin/node");
};

const fixture = join(root, "scripts/fixtures/run.safetensors");
const checkRecording = `
import { readFileSync } from "node:fs";
import { checkRecorded } from "./recorded.js";
checkRecorded(readFileSync(${JSON.stringify(fixture)}));
`;
const printFingerprint = `import { fingerprint } from "./fingerprint.js"; console.log(await fingerprint());`;

await makeConsumerChecks("matrix", async (consumer) => {
  const example = readmeExample();
  if (example) await compile(consumer, "readme", example.code);
  await compile(consumer, "fingerprint", read("scripts/fingerprint.ts"));
  await compile(consumer, "recorded", read("scripts/recorded.ts"));
  const bits = (node: string): Promise<string> => run(consumer, node, "--input-type=module", "-e", printFingerprint);
  const expected = await bits(process.execPath);
  console.log(`fingerprint ${expected.trim()}`);
  const checks = versions.map(async (version): Promise<readonly Check[]> => {
    const node = await nodeOf(version);
    const label = `Node ${(await run(root, node, "--version")).trim().slice(1)}`;
    return [
      ...smoke(consumer, node, label),
      [`${label}: computes the same bits`, async () => expectEqual(await bits(node), expected)],
      [
        `${label}: records a run to the same bytes, and verifies those of another engine`,
        () => run(consumer, node, "--input-type=module", "-e", checkRecording),
      ],
    ];
  });
  return (await Promise.all(checks)).flat();
});
