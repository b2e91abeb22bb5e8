/*
 * The fields that people write and read: those of every type that an entry for users exports, that a public signature
 * mentions, or that one of these types is made of. An editor shows a field's docstring where one writes it.
 */
import { relative } from "node:path";
import ts from "typescript-api";
import { aimOf, publicProgram } from "./api.ts";
import { isForUsers } from "./entries.ts";
import { packages, root } from "./files.ts";

const isOurs = (node: ts.Node): boolean =>
  packages.some((folder) => relative(root, node.getSourceFile().fileName).startsWith(`${folder}/`));

/** A field with a name that people write. */
const isField = (node: ts.Node): node is ts.PropertySignature | ts.MethodSignature =>
  (ts.isPropertySignature(node) || ts.isMethodSignature(node)) && ts.isIdentifier(node.name);

/** A field under a symbol, which nobody writes. */
const isHidden = (node: ts.Node): boolean => ts.isPropertySignature(node) && ts.isComputedPropertyName(node.name);

/** The types that an interface, an alias or a literal is declared with; other declarations are code. */
const isDeclaredType = (node: ts.Node): boolean =>
  ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeLiteralNode(node);

/** The types that a type is made of: members, parameters, results and arguments. */
const partsOf = (checker: ts.TypeChecker, type: ts.Type): readonly ts.Type[] => [
  ...(type.isUnionOrIntersection() ? type.types : []),
  ...type
    .getCallSignatures()
    .flatMap((signature) => [
      ...signature.getParameters().map((parameter) => checker.getTypeOfSymbol(parameter)),
      signature.getReturnType(),
    ]),
  ...checker.getTypeArguments(type as ts.TypeReference),
];

/** Walks from public names through the types that they are declared with, up to `ends`, and meets each node once. */
const reached = (
  checker: ts.TypeChecker,
  names: readonly ts.Symbol[],
  ends: ReadonlySet<ts.Node>,
): ReadonlySet<ts.Node> => {
  const met = new Set<ts.Node>();
  const types = new Set<ts.Type>();
  const visitName = (name: ts.Node): void => {
    const symbol = checker.getSymbolAtLocation(name);
    if (symbol !== undefined) visitSymbol(aimOf(checker, symbol));
  };
  const visitSymbol = (symbol: ts.Symbol): void => {
    if (symbol.flags & ts.SymbolFlags.ValueModule)
      for (const inside of checker.getExportsOfModule(symbol)) visitSymbol(aimOf(checker, inside));
    const ours = symbol.declarations?.filter(isOurs) ?? [];
    ours.filter(isDeclaredType).forEach(visitNode);
    if (ours.length > 0 && symbol.flags & (ts.SymbolFlags.Variable | ts.SymbolFlags.Function))
      visitType(checker.getTypeOfSymbol(symbol));
  };
  const visitNode = (node: ts.Node): void => {
    if (met.has(node) || ends.has(node) || isHidden(node)) return;
    met.add(node);
    if (ts.isTypeReferenceNode(node)) visitName(node.typeName);
    if (ts.isExpressionWithTypeArguments(node)) visitName(node.expression);
    ts.forEachChild(node, visitNode);
  };
  const visitType = (type: ts.Type): void => {
    if (types.has(type)) return;
    types.add(type);
    for (const symbol of [type.aliasSymbol, type.symbol]) if (symbol !== undefined) visitSymbol(symbol);
    partsOf(checker, type).forEach(visitType);
  };
  names.forEach(visitSymbol);
  return met;
};

/** Exported for the declarations of projects, and seldom written by hand. */
const isForCompilers = ({ declarations = [] }: ts.Symbol): boolean =>
  declarations.every((node) => node.getSourceFile().fileName.endsWith("/signature.ts"));

/** A field, and whether it has a docstring. */
export type Field = { readonly name: string; readonly place: string; readonly isDocumented: boolean };

const fieldOf = (checker: ts.TypeChecker, node: ts.PropertySignature | ts.MethodSignature): Field => {
  const source = node.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(node.getStart());
  const owner = ts.isInterfaceDeclaration(node.parent) ? `${node.parent.name.text}.` : "";
  return {
    name: `${owner}${node.name.getText()}`,
    place: `${relative(root, source.fileName)}:${line + 1}`,
    isDocumented: checker.getSymbolAtLocation(node.name)?.getDocumentationComment(checker).length !== 0,
  };
};

/** Every field that people write or read. */
export const publicFields = (): readonly Field[] => {
  const { checker, modules } = publicProgram();
  const exportsOf = (isWanted: (entry: string) => boolean): readonly ts.Symbol[] =>
    [...modules].flatMap(([entry, module]) => (isWanted(entry) ? checker.getExportsOfModule(module) : []));
  const outside = exportsOf(isForUsers);
  const names = new Set(outside.filter((symbol) => !isForCompilers(symbol)).map((symbol) => aimOf(checker, symbol)));
  const within = exportsOf((entry) => !isForUsers(entry)).map((symbol) => aimOf(checker, symbol));
  const ends = within.filter((symbol) => !names.has(symbol)).flatMap(({ declarations = [] }) => declarations);
  return [...reached(checker, [...names], new Set(ends))].filter(isField).map((node) => fieldOf(checker, node));
};
