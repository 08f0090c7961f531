// Imports name the file that holds the thing: with its extension, never through an index or a re-export, so that
// a reader who follows an import arrives where the thing is written.

import { posix } from "node:path";
import ts from "typescript";
import { importsOf } from "../imports.ts";
import { at, type Finding, type Module, type Rule } from "../rule.ts";

export const importFiles: Rule = {
  name: "import-files",
  passes: [
    { "src/a.ts": 'import { b } from "./b.ts";\nimport { z } from "zod";\nconst c = b + z;\nexport { c };' },
    { "src/index-page.ts": "export const page = 1;" },
  ],
  fails: [
    { "src/a.ts": 'import { b } from "./b";' },
    { "src/a.ts": 'import { b } from "./b.js";' },
    { "src/index.ts": "export const a = 1;" },
    { "src/a.ts": 'export { b } from "./b.ts";' },
    { "src/a.ts": 'export * from "zod";' },
    { "src/a.ts": 'import { b } from "./b.ts";\nexport { b };' },
  ],
  check: (project) =>
    project.modules
      .filter((module) => module.kind !== "generated")
      .flatMap((module) => [...extensions(module), ...indexFiles(module), ...reExports(module)]),
};

function extensions(module: Module): readonly Finding[] {
  return importsOf(module)
    .filter(({ specifier, target }) => target !== null && !/\.(ts|tsx|mjs|json)$/.test(specifier))
    .map(({ node, specifier }) =>
      at(module, node, `name the file as it is on disk: \`${specifier}\` lacks its extension`),
    );
}

function indexFiles(module: Module): readonly Finding[] {
  if (!/^index\.[a-z]+$/.test(posix.basename(module.path))) return [];
  return [{ path: module.path, line: 1, instead: "name the file after what it holds; importers name it" }];
}

function reExports(module: Module): readonly Finding[] {
  if (!module.path.startsWith("src/")) return [];
  const imported = importedNames(module);
  return module.sourceFile.statements.filter(ts.isExportDeclaration).flatMap((node) => {
    const names =
      node.exportClause !== undefined && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : [];
    const passedOn = names.some((element) => imported.has((element.propertyName ?? element.name).text));
    if (node.moduleSpecifier === undefined && !passedOn) return [];
    return [at(module, node, "let importers name the file that defines it")];
  });
}

function importedNames(module: Module): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of module.sourceFile.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const { name, namedBindings } = statement.importClause ?? {};
    if (name !== undefined) names.add(name.text);
    if (namedBindings === undefined) continue;
    if (ts.isNamespaceImport(namedBindings)) names.add(namedBindings.name.text);
    else for (const element of namedBindings.elements) names.add(element.name.text);
  }
  return names;
}
