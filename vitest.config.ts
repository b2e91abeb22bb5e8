import { configDefaults, defineConfig, mergeConfig, type ViteUserConfig } from "vitest/config";
import { writeDoctests } from "./scripts/doctest.ts";
import { below, read } from "./scripts/files.ts";

writeDoctests();

const conditions = ["source"];
const tests = "test/**/*.test.ts";
const driving = "**/*.browser.test.ts";

const common: ViteUserConfig = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    environment: "node",
    globals: false,
    // No module keeps state (house.test.ts sees to it), so test files may share them: three times as fast.
    isolate: false,
    // A worker for each processor: Vitest would leave one idle, which is half of a machine with two.
    maxWorkers: "100%",
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
};

const node: ViteUserConfig = {
  test: {
    include: [`{packages/*,apps/*,scripts}/${tests}`, "scripts/examples/**/*.test.ts"],
    exclude: [...configDefaults.exclude, driving],
  },
};

/**
 * `vitest --mode browser`: in Chromium the tests of what engines could do otherwise, arrays and WebAssembly, but those
 * that need Node, and a comparison of everything's bits with Node's; beside Chromium the tests that drive it.
 */
const browser = async (): Promise<ViteUserConfig> => {
  const { playwright } = await import("@vitest/browser-playwright");
  const engine = ["core", "compile"].map((name) => `packages/${name}`);
  const needsNode = engine
    .flatMap((folder) => below(`${folder}/test`))
    .filter((path) => path.endsWith(".test.ts") && /from "node:/.test(read(path)));
  const launchOptions = { executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: ["--no-sandbox"] };
  const inside: ViteUserConfig = {
    resolve: { conditions: [...conditions, "module", "browser", "development|production"] },
    test: {
      name: "chromium",
      include: [...engine.map((folder) => `${folder}/${tests}`), "scripts/browser/*.test.ts"],
      exclude: needsNode,
      globalSetup: "scripts/browser/setup.ts",
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions }),
        instances: [{ browser: "chromium" }],
      },
    },
  };
  const beside: ViteUserConfig = { test: { name: "beside", include: [`packages/*/${driving}`] } };
  return { test: { projects: [inside, beside].map((project) => mergeConfig(common, project)) } };
};

/** In CI the counts of a run are read from .cache/reports. */
const reports = (mode: string): ViteUserConfig =>
  process.env["CI"] ? { test: { reporters: ["default", "json"], outputFile: `.cache/reports/${mode}.json` } } : {};

export default defineConfig(async ({ mode }) =>
  mergeConfig(mode === "browser" ? await browser() : mergeConfig(common, node), reports(mode)),
);
