/** An element as plain data. */
export interface Branch {
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly children: readonly Tree[];
}

/** An element or a piece of text. */
export type Tree = Branch | string;

const isElement = (node: Node): node is Element => node.nodeType === 1;

const isText = (node: Node): boolean => node.nodeType === 3;

/** An element of a document, read into plain data; comments and the like are left behind. */
export const treeOf = (element: Element): Branch => ({
  name: element.nodeName,
  attributes: Array.from(element.attributes, ({ name, value }) => [name, value] as const),
  children: Array.from(element.childNodes).flatMap((node): readonly Tree[] =>
    isElement(node) ? [treeOf(node)] : isText(node) ? [node.nodeValue ?? ""] : [],
  ),
});
