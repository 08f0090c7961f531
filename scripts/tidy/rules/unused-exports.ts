// An export that nobody imports is a promise to nobody. A test is an importer: some exports, such as the order of a
// lattice or the slow form of a fast writer, are there for laws to be stated with.

import { posix } from "node:path";
import ts from "typescript";
import { type Export, exportsOf } from "../exports.ts";
import { importsOf } from "../imports.ts";
import { at, isUnder, type Module, nodesOf, type Project, type Rule } from "../rule.ts";

const ENTRIES = ["src/main.ts", "src/cli/main.ts", "src/testing"];
const ALL = "*";

export const unusedExports: Rule = {
  name: "unused-exports",
  passes: [
    { "src/a.ts": "export const a = 1;", "src/b.ts": 'import { a } from "./a.ts";' },
    { "src/a.ts": "export const a = 1;", "src/b.ts": 'import * as all from "./a.ts";' },
    { "src/a.ts": "export const a = 1;", "src/b.ts": 'new Worker(new URL("./a.ts", import.meta.url));' },
    { "src/a.ts": "export const a = 1;", "src/a.test.ts": 'import { a } from "./a.ts";' },
    { "src/main.ts": "export function main() {}" },
    { "src/a.ts": "export type B = 2;\nexport const f = (b: B) => b;", "src/b.ts": 'import { f } from "./a.ts";' },
  ],
  fails: [
    { "src/a.ts": "export const a = 1;" },
    { "src/a.ts": "export const a = 1;\nexport type B = 2;", "src/b.ts": 'import { a } from "./a.ts";' },
  ],
  check: (project) => {
    const used = usedNames(project);
    return project.modules.filter(isJudged).flatMap((module) =>
      exportsOf(module)
        .filter(({ name }) => !used.has(`${module.path} ${name}`) && !used.has(`${module.path} ${ALL}`))
        .filter((one) => !isPartOfAnother(module, one))
        .map(({ name, node }) => at(module, node, `drop \`export\` from \`${name}\`, or drop it: nobody imports it`)),
    );
  },
};

function isJudged(module: Module): boolean {
  return (
    module.kind === "source" && module.path.startsWith("src/") && !ENTRIES.some((entry) => isUnder(module.path, entry))
  );
}

// A type that another export of the file is written with is part of that export's meaning, and goes when it goes.
function isPartOfAnother(module: Module, one: Export): boolean {
  if (one.declaration === null || !isType(one.declaration)) return false;
  return exportsOf(module).some(
    (other) =>
      other.declaration !== one.declaration && other.declaration !== null && names(other.declaration, one.name),
  );
}

function isType(node: ts.Node): boolean {
  return ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node);
}

// A function is written with the types of its signature, not with those of its body.
function names(declaration: ts.Node, name: string): boolean {
  const body = ts.isFunctionDeclaration(declaration) ? declaration.body : undefined;
  return nodesOf(declaration).some(
    (node) => ts.isIdentifier(node) && node.text === name && (body === undefined || node.pos < body.pos),
  );
}

function usedNames(project: Project): ReadonlySet<string> {
  const used = new Set<string>();
  for (const module of project.modules) {
    for (const { node, target } of importsOf(module)) {
      for (const name of target === null ? [] : namesOf(node)) used.add(`${target} ${name}`);
    }
    for (const target of workersOf(module)) used.add(`${target} ${ALL}`);
  }
  return used;
}

function namesOf(node: ts.Node): readonly string[] {
  if (!ts.isImportDeclaration(node)) return [ALL];
  const bindings = node.importClause?.namedBindings;
  if (bindings === undefined) return [];
  if (ts.isNamespaceImport(bindings)) return [ALL];
  return bindings.elements.map((element) => (element.propertyName ?? element.name).text);
}

// A file started as a thread or a process is named by `new URL("./file.ts", import.meta.url)`.
function workersOf(module: Module): readonly string[] {
  return nodesOf(module.sourceFile).flatMap((node) => {
    if (!ts.isNewExpression(node) || node.expression.getText() !== "URL") return [];
    const first = node.arguments?.[0];
    return first !== undefined && ts.isStringLiteral(first) ? [posix.join(posix.dirname(module.path), first.text)] : [];
  });
}
