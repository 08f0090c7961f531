// What a house rule is: a name, a function from the whole project to findings, and samples that prove that it fires
// on what it should and stays silent on what it should not.

import ts from "typescript";

/** A comment of a module. `line` is counted from 1; `text` includes the comment's own marks. */
export type Comment = { readonly line: number; readonly start: number; readonly end: number; readonly text: string };

export type TextFile = { readonly path: string; readonly text: string; readonly lines: readonly string[] };

/** A file in TypeScript or JavaScript, parsed once for all rules. */
export type Module = TextFile & {
  readonly sourceFile: ts.SourceFile;
  readonly comments: readonly Comment[];
  readonly kind: "source" | "test" | "generated";
};

/** Every file that git knows or would take up, by its path from the root, with `/` between folders. */
export type Project = {
  readonly paths: readonly string[];
  readonly texts: readonly TextFile[];
  readonly modules: readonly Module[];
};

/** `instead` completes the sentence "do this": what the author writes in place of what stands there. */
export type Finding = { readonly path: string; readonly line: number; readonly instead: string };

/** A small project: paths and what stands in them. */
export type Sample = Readonly<Record<string, string>>;

export type Rule = {
  readonly name: string;
  readonly passes: readonly Sample[];
  readonly fails: readonly Sample[];
  readonly check: (project: Project) => readonly Finding[];
};

/** The finding at a node of a module. */
export function at(module: Module, node: ts.Node, instead: string): Finding {
  return { path: module.path, line: lineOf(module, node.getStart(module.sourceFile)), instead };
}

/** Line, counted from 1, of a position in a module. */
export function lineOf(module: Module, position: number): number {
  return module.sourceFile.getLineAndCharacterOfPosition(position).line + 1;
}

/** Whether a path lies in a folder, at any depth, or is that file. */
export function isUnder(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

// Every rule walks every file, so the walk over a whole file is kept.
const WALKS = new WeakMap<ts.Node, readonly ts.Node[]>();

/** A node and all its descendants, in the order of the text. */
export function nodesOf(node: ts.Node): readonly ts.Node[] {
  const kept = WALKS.get(node);
  if (kept !== undefined) return kept;
  const nodes: ts.Node[] = [];
  const visit = (one: ts.Node): void => {
    nodes.push(one);
    ts.forEachChild(one, visit);
  };
  visit(node);
  if (ts.isSourceFile(node)) WALKS.set(node, nodes);
  return nodes;
}

/** The comment lines that stand directly above a line, without a blank line between, as one text. */
export function commentAbove(module: Module, line: number): string {
  const above: string[] = [];
  for (let index = line - 2; index >= 0; index--) {
    const text = module.lines[index]?.trim() ?? "";
    if (!/^(\/\/|\/\*|\*)/.test(text)) break;
    above.unshift(text);
  }
  return above.join("\n");
}

/** Whether a declaration carries the `export` keyword. */
export function isExported(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some((one) => one.kind === ts.SyntaxKind.ExportKeyword)
  );
}

/** The words of a name: `readJsonBody`, `read-json-body` and `READ_JSON_BODY` all have three. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());
}
