// What a module imports: every static import, export-from and `import("...")` of a text, with the target resolved.

import { posix } from "node:path";
import ts from "typescript";
import { type Module, nodesOf } from "./rule.ts";

/** `target` is a path from the root for a relative import, and `null` for a package. */
export type Import = {
  readonly node: ts.Node;
  readonly specifier: string;
  readonly target: string | null;
  readonly isTypeOnly: boolean;
  /** Whether it is loaded when that place is reached, by `import("...")`. */
  readonly isCall: boolean;
};

/** The imports of a module in the order of the text. */
export function importsOf(module: Module): readonly Import[] {
  const found: Import[] = [];
  for (const node of nodesOf(module.sourceFile)) {
    const specifier = specifierOf(node);
    if (specifier === null) continue;
    const isRelative = specifier.startsWith(".");
    const target = isRelative ? posix.join(posix.dirname(module.path), specifier) : null;
    found.push({ node, specifier, target, isTypeOnly: isTypeOnly(node), isCall: ts.isCallExpression(node) });
  }
  return found;
}

function specifierOf(node: ts.Node): string | null {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)
      ? node.moduleSpecifier.text
      : null;
  }
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return null;
  const [argument] = node.arguments;
  return argument !== undefined && ts.isStringLiteral(argument) ? argument.text : null;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  if (!ts.isImportDeclaration(node) || node.importClause === undefined) return false;
  const { isTypeOnly: whole, name, namedBindings } = node.importClause;
  if (whole) return true;
  if (name !== undefined || namedBindings === undefined || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.length > 0 && namedBindings.elements.every((element) => element.isTypeOnly);
}
