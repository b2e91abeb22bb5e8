import { join } from "node:path/posix";
import { parseSync } from "oxc-parser";
import { read } from "./files.ts";

export interface Place {
  readonly file: string;
  readonly local: string;
}

/**
 * Where the functions and constants, or the types, that a module exports are declared; those of a namespace as
 * `space.name`.
 */
export const exportsOf = (file: string, kind: "value" | "type" = "value"): ReadonlyMap<string, Place> => {
  const entries = parseSync(file, read(file)).module.staticExports.flatMap((statement) => statement.entries);
  return new Map(
    entries.flatMap(
      ({ moduleRequest, exportName, importName, localName, isType }): readonly (readonly [string, Place])[] => {
        const name = exportName.name ?? "";
        const isOne = importName.name !== null || moduleRequest === null;
        if (isOne && isType !== (kind === "type")) return [];
        if (moduleRequest === null) return [[name, { file, local: localName.name ?? name }]];
        if (!moduleRequest.value.startsWith(".")) return [];
        const from = [...exportsOf(join(file, "..", moduleRequest.value), kind)];
        if (importName.name === null)
          return exportName.name === null ? from : from.map(([inner, place]) => [`${name}.${inner}`, place]);
        return from.filter(([inner]) => inner === importName.name).map(([, place]) => [name, place]);
      },
    ),
  );
};
