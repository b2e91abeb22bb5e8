/* The programs of others that consumers use, from npm, in the versions named here: kept in the checkout. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../checks.ts";
import { root } from "../files.ts";

const home = join(root, ".cache/consumers");

const versions = {
  "@observablehq/plot": "0.6.17",
  jest: "30.5.2",
  "jest-environment-jsdom": "30.5.2",
  jsdom: "29.1.1",
  vite: "8.4.0",
  vitest: "4.1.12",
};

/** An engine beside Node: the package that holds its program, by platform. */
interface Engine {
  readonly version: string;
  readonly program: string;
  readonly packages: Readonly<Record<string, string>>;
}

export const engines = {
  Deno: {
    version: "2.9.6",
    program: "deno",
    packages: {
      "darwin-arm64": "@deno/darwin-arm64",
      "darwin-x64": "@deno/darwin-x64",
      "linux-arm64": "@deno/linux-arm64-glibc",
      "linux-x64": "@deno/linux-x64-glibc",
    },
  },
  Bun: {
    version: "1.4.5",
    program: "bin/bun",
    packages: {
      "darwin-arm64": "@oven/bun-darwin-aarch64",
      "darwin-x64": "@oven/bun-darwin-x64",
      "linux-arm64": "@oven/bun-linux-aarch64",
      "linux-arm64-musl": "@oven/bun-linux-aarch64-musl",
      "linux-x64": "@oven/bun-linux-x64",
      "linux-x64-musl": "@oven/bun-linux-x64-musl",
    },
  },
} satisfies Readonly<Record<string, Engine>>;

const isMusl = (): boolean => {
  const { header } = process.report.getReport() as { readonly header?: { readonly glibcVersionRuntime?: string } };
  return process.platform === "linux" && header?.glibcVersionRuntime === undefined;
};

export const platform = `${process.platform}-${process.arch}${isMusl() ? "-musl" : ""}`;

const packageOf = ({ packages }: Engine): string | undefined => packages[platform];

/** Where a tool's file lies. */
export const tool = (path: string): string => join(home, "node_modules", path);

/** The program of an engine; undefined where npm has none for this platform. */
export const programOf = (engine: Engine): string | undefined => {
  const name = packageOf(engine);
  return name === undefined ? undefined : tool(join(name, engine.program));
};

/** Installs what is not there yet. */
export const installTools = async (): Promise<void> => {
  const found = Object.values<Engine>(engines).flatMap((engine): readonly (readonly [string, string])[] => {
    const name = packageOf(engine);
    return name === undefined ? [] : [[name, engine.version]];
  });
  const dependencies: Readonly<Record<string, string>> = { ...versions, ...Object.fromEntries(found) };
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), JSON.stringify({ private: true, dependencies }));
  await run(home, "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline");
};
