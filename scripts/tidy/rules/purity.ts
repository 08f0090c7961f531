// The rules of the product run without a clock, chance, waiting or the outside world, so that the same input gives
// the same answer. Elsewhere time and chance come in as arguments; `process.env` has one reader.

import ts from "typescript";
import { at, type Finding, isUnder, type Module, nodesOf, type Rule } from "../rule.ts";

const OUTSIDE = new Set([
  "Date",
  "console",
  "process",
  "performance",
  "crypto",
  "fetch",
  "Promise",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
]);
// A page's script runs in the reader's browser, whose clock and zone are the ones to tell.
const CLOCK_FOLDERS = ["src/main.ts", "src/cli", "src/client", "src/testing", "src/console/assets"];
const ENVIRONMENT_FOLDERS = ["src/config.ts", "src/cli", "src/testing"];

export const purity: Rule = {
  name: "purity",
  passes: [
    { "src/domain/a.ts": "export function f(process: number) { return { Date: process, x: a.console }; }" },
    { "src/main.ts": "const clock = () => Date.now();" },
    { "src/storage/a.ts": "export function f(at: Date) { return at.getTime(); }" },
    { "src/domain/a.test.ts": "test('x', async () => { await Promise.resolve(); });" },
    { "src/config.ts": "read(process.env);" },
  ],
  fails: [
    { "src/domain/a.ts": "export async function f() {}" },
    { "src/domain/a.ts": "const now = Date.now();" },
    { "src/domain/a.ts": "const x = Math.random();" },
    { "src/domain/a.ts": "console.log(1);" },
    { "src/domain/a.ts": "setTimeout(f, 1);" },
    { "src/app/a.ts": "const now = new Date();" },
    { "src/app/a.ts": "const now = Date.now();" },
    { "src/engine/a.ts": "const x = Math.random();" },
    { "src/storage/a.ts": "const url = process.env.DATABASE_URL;" },
  ],
  check: (project) =>
    project.modules
      .filter((module) => module.kind === "source" && module.path.startsWith("src/"))
      .flatMap((module) => nodesOf(module.sourceFile).flatMap((node) => inspect(module, node))),
};

function inspect(module: Module, node: ts.Node): readonly Finding[] {
  const advice = isUnder(module.path, "src/domain") ? domainAdvice(node) : adviceElsewhere(module, node);
  return advice === null ? [] : [at(module, node, advice)];
}

function domainAdvice(node: ts.Node): string | null {
  if (node.kind === ts.SyntaxKind.AsyncKeyword || ts.isAwaitExpression(node))
    return "let the caller wait; rules are synchronous";
  if (isMember(node, "Math", "random")) return "take the source of chance as an argument";
  if (!ts.isIdentifier(node) || !OUTSIDE.has(node.text) || !isReference(node)) return null;
  return `take what \`${node.text}\` gives as an argument`;
}

function adviceElsewhere(module: Module, node: ts.Node): string | null {
  const mayTellTime = CLOCK_FOLDERS.some((folder) => isUnder(module.path, folder));
  if (!mayTellTime && tellsTime(node)) return "take the clock as an argument";
  if (isMember(node, "Math", "random")) return "take the source of chance as an argument";
  const mayReadEnvironment = ENVIRONMENT_FOLDERS.some((folder) => isUnder(module.path, folder));
  return !mayReadEnvironment && isMember(node, "process", "env") ? "take the setting from `config.ts`" : null;
}

function tellsTime(node: ts.Node): boolean {
  if (isMember(node, "Date", "now")) return true;
  return (
    (ts.isNewExpression(node) || ts.isCallExpression(node)) &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === "Date"
  );
}

function isMember(node: ts.Node, object: string, member: string): boolean {
  if (!ts.isPropertyAccessExpression(node) || node.name.text !== member) return false;
  return ts.isIdentifier(node.expression) && node.expression.text === object;
}

// A parameter, a member or a local of the same name is something else.
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return false;
  const isMemberName =
    ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodSignature(parent);
  return !(isMemberName && parent.name === node) && !isDeclaredAround(node);
}

function isDeclaredAround(node: ts.Identifier): boolean {
  for (let scope: ts.Node = node; !ts.isSourceFile(scope); scope = scope.parent) {
    if (ts.isFunctionLike(scope) && scope.parameters.some((one) => one.name.getText() === node.text)) return true;
    if (ts.isVariableDeclaration(scope) && scope.name === node) return true;
  }
  return false;
}
