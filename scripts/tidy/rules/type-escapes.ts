// The type checker is not talked past: no `any`, no `!`, no double cast, no silenced error. A cast stands where a
// brand is made and says under `// SAFETY:` why it holds. What erasing types cannot run is not written at all. A file
// of declarations describes classes that others wrote, and may say so.

import ts from "typescript";
import { at, commentAbove, type Finding, isUnder, lineOf, type Module, nodesOf, type Rule } from "../rule.ts";

const ERROR_FOLDERS = ["storage", "crypto", "engine", "wire", "cli", "client"].map((folder) => `src/${folder}`);
// These tools are handed a default export and take nothing else.
const DEFAULT_EXPORTS = ["scripts/vitest.config.ts"];

export const typeEscapes: Rule = {
  name: "type-escapes",
  passes: [
    { "src/domain/id.ts": "// SAFETY: checked above.\nexport const id = text as Id;" },
    { "src/a.ts": "export const list = [1] as const;" },
    { "src/a.test.ts": "const id = 'x' as Id;" },
    { "src/storage/broken.ts": "export class Broken extends Error {}" },
    { "src/outside.d.ts": "declare namespace Outside {\n  class Thing {\n    use(): void;\n  }\n}" },
    {
      "src/a.ts":
        "function f() {\n  // SAFETY: a positive integer\n  // times another.\n  return (\n    x as Days\n  );\n}",
    },
  ],
  fails: [
    { "src/a.ts": "export const a: any = 1;" },
    { "src/a.ts": "// SAFETY: no.\nexport const a = b as unknown as C;" },
    { "src/a.ts": "export const a = b!.c;" },
    { "src/a.ts": "// @ts-expect-error wrong\nexport const a = b;" },
    { "src/a.ts": "export enum A { B }" },
    { "src/a.ts": "export default 1;" },
    { "src/a.ts": "@sealed class A {}" },
    { "src/app/a.ts": "export class A {}" },
    { "src/storage/a.ts": "export class A {}" },
    { "src/outside.ts": "declare class Thing { use(): void; }" },
    { "src/outside.d.ts": "declare const thing: any;" },
    { "src/outside.d.ts": "declare enum Kind { A }" },
    { "src/a.ts": "export const a = b as C;" },
  ],
  check: (project) =>
    project.modules
      .filter((module) => module.kind !== "generated" && /\.tsx?$/.test(module.path))
      .flatMap((module) => [
        ...directives(module),
        ...nodesOf(module.sourceFile).flatMap((node) => inspect(module, node)),
      ]),
};

function directives(module: Module): readonly Finding[] {
  return module.comments
    .filter((comment) => /@ts-(ignore|expect-error|nocheck)\b/.test(comment.text))
    .map((comment) => ({ path: module.path, line: comment.line, instead: "mend the types instead of silencing them" }));
}

function inspect(module: Module, node: ts.Node): readonly Finding[] {
  const advice = adviceFor(module, node);
  return advice === null ? [] : [at(module, node, advice)];
}

function adviceFor(module: Module, node: ts.Node): string | null {
  if (node.kind === ts.SyntaxKind.AnyKeyword) return "say what it is, or `unknown` and narrow it";
  if (ts.isNonNullExpression(node)) return "handle the missing case, or make the type say that it is there";
  if (ts.isTypeAssertionExpression(node)) return "write `as`, with `// SAFETY:` above";
  if (ts.isAsExpression(node)) return castAdvice(module, node);
  if (ts.isEnumDeclaration(node)) return "use a union of literals";
  if (ts.isDecorator(node)) return "call the function by its name";
  if (ts.isClassLike(node)) return isPermittedClass(module, node) ? null : "write functions over readonly values";
  return isDefaultExport(node) && !DEFAULT_EXPORTS.includes(module.path) ? "export it by name" : null;
}

function isDefaultExport(node: ts.Node): boolean {
  if (ts.isExportAssignment(node)) return true;
  return (
    ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some((one) => one.kind === ts.SyntaxKind.DefaultKeyword)
  );
}

function castAdvice(module: Module, node: ts.AsExpression): string | null {
  if (ts.isConstTypeReference(node.type)) return null;
  if (ts.isAsExpression(node.expression)) return "parse the value into its type; a double cast proves nothing";
  if (module.kind === "test" || isExplained(module, node)) return null;
  return "parse or narrow the value; if neither is possible, say above under `// SAFETY:` why the cast holds";
}

// The reason may stand above the cast's own line, above its statement, or one line further up.
function isExplained(module: Module, node: ts.Node): boolean {
  const own = lineOf(module, node.getStart(module.sourceFile));
  const lines = [own, own - 1, lineOf(module, statementOf(node).getStart(module.sourceFile))];
  return lines.some((line) => commentAbove(module, line).includes("SAFETY:"));
}

function statementOf(node: ts.Node): ts.Node {
  return ts.isStatement(node) || ts.isSourceFile(node.parent) ? node : statementOf(node.parent);
}

function isPermittedClass(module: Module, node: ts.ClassLikeDeclaration): boolean {
  if (module.sourceFile.isDeclarationFile) return true;
  const parent = node.heritageClauses?.[0]?.types[0]?.expression;
  const extendsError = parent !== undefined && ts.isIdentifier(parent) && /Error$/.test(parent.text);
  return extendsError && ERROR_FOLDERS.some((folder) => isUnder(module.path, folder));
}
