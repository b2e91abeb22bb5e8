/*
 * Every public name with its signature, as an editor shows it, in one text: a change of what people type is a line in a
 * diff. `pnpm api` writes it anew.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript-api";
import { entrySources } from "./entries.ts";
import { root } from "./files.ts";

export const apiFile = "docs/api.txt";

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

/** What a name stands for, which another module may export. */
export const aimOf = (checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

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
    const symbol = aimOf(checker, exported);
    const name = `${prefix}${exported.name}`;
    if (symbol.flags & ts.SymbolFlags.ValueModule) return namesOf(`${name}.`, symbol);
    const isType = symbol.flags & (ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Interface | ts.SymbolFlags.Class);
    return isType ? typeLines(name, symbol) : valueLines(name, symbol);
  };
  const namesOf = (prefix: string, module: ts.Symbol, hidden: ReadonlySet<string> = new Set()): readonly string[] =>
    checker
      .getExportsOfModule(module)
      .filter(({ name }) => !hidden.has(name))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((symbol) => linesOf(prefix, symbol));
  return namesOf;
};

/** The sources of all entries as one program, and what each entry exports. */
export const publicProgram = (): {
  readonly checker: ts.TypeChecker;
  readonly modules: ReadonlyMap<string, ts.Symbol>;
} => {
  const rootNames = Array.from(entrySources.values(), (source) => join(root, source));
  const program = ts.createProgram({ rootNames, options });
  const checker = program.getTypeChecker();
  const modules = [...entrySources].map(([entry, source]): [string, ts.Symbol] => {
    const file = program.getSourceFile(join(root, source));
    const module = file && checker.getSymbolAtLocation(file);
    if (module === undefined) throw new Error(`${entry}: ${source} exports nothing`);
    return [entry, module];
  });
  return { checker, modules: new Map(modules) };
};

/** The entries of which an entry of the package of packages exports everything, and what their names are. */
const wholesOf = (checker: ts.TypeChecker, modules: ReadonlyMap<string, ts.Symbol>, module: ts.Symbol) => {
  const exportsOf = (of: ts.Symbol): ReadonlyMap<string, ts.Symbol> =>
    new Map(checker.getExportsOfModule(of).map((symbol) => [symbol.name, aimOf(checker, symbol)]));
  const own = exportsOf(module);
  const wholes = [...modules].filter(
    ([entry, other]) =>
      entry.startsWith("@") && [...exportsOf(other)].every(([name, symbol]) => own.get(name) === symbol),
  );
  return {
    wholes: wholes.map(([entry]) => entry),
    covered: new Set(wholes.flatMap(([, other]) => [...exportsOf(other).keys()])),
  };
};

/** The text of all entries. */
export const apiText = (): string => {
  const { checker, modules } = publicProgram();
  const namesOf = printer(checker);
  const textOf = (entry: string, module: ts.Symbol): string => {
    if (entry.startsWith("@")) return `# ${entry}\n\n${namesOf("", module).join("\n")}\n`;
    const { wholes, covered } = wholesOf(checker, modules, module);
    const further = namesOf("", module, covered);
    return `# ${entry}\n\n${[`everything of ${wholes.join(", ")}`, ...further].join("\n")}\n`;
  };
  return [...modules].map(([entry, module]) => textOf(entry, module)).join("\n");
};

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(join(root, apiFile), apiText());
