/*
 * Every public name with its signature, as an editor shows it, in one text: a change of what people type is a line in a
 * diff. `pnpm api` writes it anew.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript-api";
import { packages, read, root } from "./doctest.ts";

export const apiFile = "docs/api.txt";

type Manifest = { readonly name: string; readonly exports: Readonly<Record<string, { readonly source: string }>> };

/** The source of every entry, by the name that one imports. */
const entrySources = (): ReadonlyMap<string, string> =>
  new Map(
    packages.flatMap((folder) => {
      const { name, exports } = JSON.parse(read(`${folder}/package.json`)) as Manifest;
      return Object.entries(exports).map(([path, { source }]): [string, string] => [
        `${name}${path.slice(1)}`,
        join(root, folder, source),
      ]);
    }),
  );

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
  types: ["node"],
  module: ts.ModuleKind.NodeNext,
  customConditions: ["source"],
  allowImportingTsExtensions: true,
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
};

const flags: ts.TypeFormatFlags =
  ts.TypeFormatFlags.NoTruncation |
  ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope |
  ts.TypeFormatFlags.WriteArrowStyleSignature |
  ts.TypeFormatFlags.OmitParameterModifiers;

/** What an alias stands for, and not its name. */
const expanded: ts.TypeFormatFlags = flags | ts.TypeFormatFlags.InTypeAlias;

const indented = (lines: readonly string[]): readonly string[] => lines.map((line) => `    ${line}`);

/** The type parameters of a declared type, as they are written. */
const parametersOf = (symbol: ts.Symbol): string => {
  const declared = symbol.declarations?.find(
    (node) => ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node),
  );
  const parameters = declared?.typeParameters?.map((node) => node.getText().replace(/\s+/g, " "));
  return parameters === undefined ? "" : `<${parameters.join(", ")}>`;
};

/** A printer of what a program's entries export. */
const printer = (checker: ts.TypeChecker) => {
  const typeText = (type: ts.Type, as = flags): string => checker.typeToString(type, undefined, as);
  /** The fields that have names of their own; those under symbols are hidden. */
  const fieldsOf = (type: ts.Type): readonly string[] =>
    checker
      .getPropertiesOfType(type)
      .filter(({ name }) => !name.startsWith("__@"))
      .map((field) => {
        const optional = field.flags & ts.SymbolFlags.Optional ? "?" : "";
        return `${field.name}${optional}: ${typeText(checker.getTypeOfSymbol(field))}`;
      })
      .toSorted();
  const callsOf = (name: string, type: ts.Type): readonly string[] =>
    type
      .getCallSignatures()
      .map((signature) => `${name}${checker.signatureToString(signature, undefined, flags, ts.SignatureKind.Call)}`);
  const typeLines = (name: string, symbol: ts.Symbol): readonly string[] => {
    const type = checker.getDeclaredTypeOfSymbol(symbol);
    const head = `${name}${parametersOf(symbol)}`;
    if (symbol.flags & ts.SymbolFlags.TypeAlias) return [`type ${head} = ${typeText(type, expanded)}`];
    const kind = symbol.flags & ts.SymbolFlags.Class ? "class" : "interface";
    return [`${kind} ${head}`, ...indented([...callsOf("", type), ...fieldsOf(type)])];
  };
  const valueLines = (name: string, symbol: ts.Symbol): readonly string[] => {
    const type = checker.getTypeOfSymbol(symbol);
    const calls = callsOf(name, type);
    return calls.length > 0 ? calls : [`${name}: ${typeText(type)}`];
  };
  const linesOf = (prefix: string, exported: ts.Symbol): readonly string[] => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const name = `${prefix}${exported.name}`;
    if (symbol.flags & ts.SymbolFlags.ValueModule) return namesOf(`${name}.`, symbol);
    const isType = symbol.flags & (ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Interface | ts.SymbolFlags.Class);
    return isType ? typeLines(name, symbol) : valueLines(name, symbol);
  };
  const namesOf = (prefix: string, module: ts.Symbol): readonly string[] =>
    checker
      .getExportsOfModule(module)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((symbol) => linesOf(prefix, symbol));
  return namesOf;
};

/** The text of all entries. */
export const apiText = (): string => {
  const entries = [...entrySources()];
  const program = ts.createProgram({ rootNames: entries.map(([, source]) => source), options });
  const checker = program.getTypeChecker();
  const namesOf = printer(checker);
  return entries
    .map(([entry, source]) => {
      const file = program.getSourceFile(source);
      const module = file && checker.getSymbolAtLocation(file);
      if (module === undefined) throw new Error(`${entry}: ${source} exports nothing`);
      return `# ${entry}\n\n${namesOf("", module).join("\n")}\n`;
    })
    .join("\n");
};

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(join(root, apiFile), apiText());
