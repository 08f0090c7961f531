// Every function that other folders may call says in a docstring what it means, in which units and at what cost.

import ts from "typescript";
import { exportsOf } from "../exports.ts";
import { at, isUnder, type Module, type Rule } from "../rule.ts";

const FOLDERS = ["domain", "ports", "crypto", "app", "client"].map((folder) => `src/${folder}`);

export const docstrings: Rule = {
  name: "docstrings",
  passes: [
    { "src/domain/a.ts": "/** The whole of it. */\nexport function whole() {}" },
    {
      "src/domain/a.ts":
        "/** Half of it. */\nexport const half = (a) => a / 2;\nexport const HALVES = 2;\nfunction own() {}",
    },
    { "src/http/a.ts": "export function route() {}" },
    { "src/ports/a.ts": "/** Milliseconds since the epoch. */\nexport type Clock = () => number;" },
  ],
  fails: [
    { "src/domain/a.ts": "export function whole() {}" },
    { "src/domain/a.ts": "// Half of it.\nexport const half = (a) => a / 2;" },
    { "src/ports/a.ts": "export type Clock = () => number;" },
  ],
  check: (project) =>
    project.modules
      .filter((module) => module.kind === "source" && FOLDERS.some((folder) => isUnder(module.path, folder)))
      .flatMap((module) =>
        exportsOf(module)
          .filter(
            ({ declaration }) =>
              declaration !== null && hasBehaviour(declaration) && !isDocumented(module, declaration),
          )
          .map(({ name, node }) => at(module, node, `say in a docstring what \`${name}\` means: units, cost, source`)),
      ),
};

function hasBehaviour(node: ts.Node): boolean {
  if (ts.isFunctionDeclaration(node)) return true;
  if (ts.isTypeAliasDeclaration(node)) return ts.isFunctionTypeNode(node.type);
  if (!ts.isVariableDeclaration(node) || node.initializer === undefined) return false;
  return ts.isArrowFunction(node.initializer) || ts.isFunctionExpression(node.initializer);
}

// The docstring of a variable stands above its statement; of overloads, above the first.
function isDocumented(module: Module, node: ts.Node): boolean {
  if (ts.getJSDocCommentsAndTags(node).length > 0) return true;
  if (!ts.isFunctionDeclaration(node) || node.name === undefined) return false;
  const name = node.name.text;
  return module.sourceFile.statements.some(
    (one) => ts.isFunctionDeclaration(one) && one.name?.text === name && ts.getJSDocCommentsAndTags(one).length > 0,
  );
}
