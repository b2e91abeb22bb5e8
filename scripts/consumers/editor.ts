/* What an editor shows of the installed packages, asked of TypeScript's language service. */
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript-api";
import { aimOf } from "../api.ts";
import { type Check, expectEqual } from "../checks.ts";
import { entries, packageOf } from "../entries.ts";
import { once } from "./once.ts";

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts"],
  types: [],
  module: ts.ModuleKind.NodeNext,
  strict: true,
  skipLibCheck: true,
};

/** The services share what they parsed of the disk; each has another file of its own. */
const parsed = ts.createDocumentRegistry();

/** A service that has one file, which need not exist, among those of the disk. */
const serviceFor = (file: string, text: string): ts.LanguageService => {
  const readFile = (path: string): string | undefined => (path === file ? text : ts.sys.readFile(path));
  const host: ts.LanguageServiceHost = {
    getScriptFileNames: () => [file],
    getScriptVersion: () => "1",
    getScriptSnapshot: (path) => {
      const found = readFile(path);
      return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
    },
    getCurrentDirectory: () => join(file, ".."),
    getCompilationSettings: () => options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (path) => path === file || ts.sys.fileExists(path),
    readFile,
    directoryExists: (path) => ts.sys.directoryExists(path),
    getDirectories: (path) => [...ts.sys.getDirectories(path)],
    realpath: (path) => (path === file ? path : realpathSync(path)),
  };
  return ts.createLanguageService(host, parsed);
};

type Named = { readonly name: string; readonly symbol: ts.Symbol };

const isOurs = (symbol: ts.Symbol): boolean =>
  symbol.declarations?.some((node) => node.getSourceFile().fileName.includes("/@gradfold/")) === true;

/** The public names of an entry that are declared in our packages, with those of its name spaces. */
const namesIn = (checker: ts.TypeChecker, module: ts.Symbol, prefix: string): readonly Named[] =>
  checker.getExportsOfModule(module).flatMap((exported) => {
    const symbol = aimOf(checker, exported);
    const name = `${prefix}${exported.name}`;
    if (symbol.flags & ts.SymbolFlags.ValueModule) return namesIn(checker, symbol, `${name}.`);
    return isOurs(symbol) ? [{ name, symbol }] : [];
  });

const imports = entries.map((entry, i) => `import * as m${i} from "${entry}";\n`).join("");

type Value = { readonly name: string; readonly isCalled: boolean };

type PublicNames = { readonly checker: ts.TypeChecker; readonly names: readonly Named[] };

/** All public names, as they are reached from a file that imports every entry. */
const publicNames = (file: string): PublicNames => {
  const program = serviceFor(file, imports).getProgram();
  const source = program?.getSourceFile(file);
  if (program === undefined || source === undefined) throw new Error(`${file} is not compiled`);
  const checker = program.getTypeChecker();
  const names = source.statements.filter(ts.isImportDeclaration).flatMap((statement, i) => {
    const module = checker.getSymbolAtLocation(statement.moduleSpecifier);
    return module === undefined ? [] : namesIn(checker, module, `m${i}.`);
  });
  return { checker, names };
};

const publicValues = ({ checker, names }: PublicNames): readonly Value[] =>
  names
    .filter(({ symbol }) => (symbol.flags & ts.SymbolFlags.Value) !== 0)
    .map(({ name, symbol }) => ({ name, isCalled: checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0 }));

const wordsOf = (parts: readonly ts.SymbolDisplayPart[] | undefined): string =>
  (parts ?? []).map(({ text }) => text).join("");

/** The values without a docstring where an editor asks for one: at a name, at a call, or beside a call's arguments. */
const undocumented = (file: string, names: PublicNames): readonly string[] => {
  const values = publicValues(names);
  const lines = values.map(({ name, isCalled }) => (isCalled ? `${name};${name}();\n` : `${name};\n`));
  const text = imports + lines.join("");
  const service = serviceFor(file, text);
  const hover = (place: number): string => wordsOf(service.getQuickInfoAtPosition(file, place)?.documentation);
  const help = (place: number): readonly string[] =>
    service.getSignatureHelpItems(file, place, {})?.items.map(({ documentation }) => wordsOf(documentation)) ?? [""];
  return values.flatMap(({ name, isCalled }) => {
    const start = text.indexOf(`\n${name};`) + 1;
    const call = start + name.length + 1;
    return [
      ...(hover(call - 2) === "" ? [name] : []),
      ...(isCalled && hover(call + name.length - 1) === "" ? [`${name}()`] : []),
      ...(isCalled && help(call + name.length + 1).includes("") ? [`${name}(…)`] : []),
    ];
  });
};

/** Whether the map of a declaration leads to where its name stands in the source, to which an editor then goes. */
const leadsToSource = (declaration: ts.Declaration): boolean => {
  const name = ts.getNameOfDeclaration(declaration);
  const { fileName } = declaration.getSourceFile();
  if (name === undefined || !existsSync(`${fileName}.map`)) return false;
  const { line, character } = declaration.getSourceFile().getLineAndCharacterOfPosition(name.getStart());
  const map = JSON.parse(readFileSync(`${fileName}.map`, "utf8")) as SourceMapPayload;
  const entry = new SourceMap(map).findEntry(line, character);
  if (!("originalSource" in entry)) return false;
  const source = readFileSync(join(dirname(fileName), entry.originalSource), "utf8").split("\n")[entry.originalLine];
  return source?.startsWith(name.getText(), entry.originalColumn) === true;
};

const unled = ({ names }: PublicNames): readonly string[] =>
  names.flatMap(({ name, symbol: { declarations = [] } }) => (declarations.some(leadsToSource) ? [] : [name]));

type Mapped = { readonly sources: readonly string[]; readonly sourcesContent?: readonly string[] };

/** The maps of an installed package whose sources are neither beside them nor in them; declarations have maps. */
const unmapped = (home: string): readonly string[] =>
  readdirSync(join(home, "dist"), { recursive: true, encoding: "utf8" }).flatMap((path) => {
    const file = join(home, "dist", path);
    if (path.endsWith(".d.ts")) return existsSync(`${file}.map`) ? [] : [file];
    if (!path.endsWith(".map")) return [];
    const { sources, sourcesContent = [] } = JSON.parse(readFileSync(file, "utf8")) as Mapped;
    return sources.some((source, i) => !existsSync(join(file, "..", source)) && sourcesContent[i] === undefined)
      ? [file]
      : [];
  });

/** What an editor shows where the packages are installed. */
export const editorChecks = (consumer: string): readonly Check[] => {
  const names = once(() => publicNames(join(consumer, "names.ts")));
  const homes = new Set(entries.map((entry) => join(consumer, "node_modules", packageOf(entry))));
  return [
    [
      "an editor shows a docstring at every public name, at its call and beside the arguments",
      () => expectEqual(undocumented(join(consumer, "editor.ts"), names()), []),
    ],
    ["the definition of every public name is found in the sources", () => expectEqual(unled(names()), [])],
    ["declarations and code lead to their sources", () => expectEqual([...homes].flatMap(unmapped), [])],
  ];
};
