// No defence against the impossible: where a value cannot be missing the type says so, and where it can be, an empty
// stand-in answers wrongly and silently. A parameter of privacy never has a default.

import ts from "typescript";
import { at, type Finding, isUnder, type Module, nodesOf, type Rule } from "../rule.ts";

const FOLDERS = ["src/domain", "src/app"];
// The type checker takes every read of a typed array as possibly missing; a kernel reads inside its bounds.
const BYTE_KERNELS = ["bytes.ts", "matching", "identifier", "privacy", "audit"].map((name) => `src/domain/${name}`);
const PRIVACY_NAMES = /epsilon|delta|rho|threshold|sensitivity|budget/i;

export const fallbacks: Rule = {
  name: "fallbacks",
  passes: [
    { "src/domain/matching/merge.ts": "const x = left[i] ?? 0;" },
    { "src/domain/a.ts": 'const x = given ?? "unnamed";\nconst y = a || b;' },
    { "src/domain/a.ts": 'const parts = /a(b)?/.exec(text);\nconst x = parts[1] ?? "";' },
    { "src/domain/a.ts": "for (const clause of question.where ?? []) f(clause);" },
    { "src/app/a.ts": "const found = refs.flatMap((ref) => find(ref) ?? []);" },
    { "src/app/a.ts": "counts.set(key, (counts.get(key) ?? 0) + 1);" },
    { "src/http/a.ts": 'const x = header ?? "";' },
    { "src/domain/a.test.ts": "const x = list[0] ?? 0;" },
  ],
  fails: [
    { "src/domain/a.ts": 'const x = given ?? "";' },
    { "src/app/a.ts": "const x = given || [];" },
    { "src/app/a.ts": "const x = given ?? {};" },
    { "src/app/a.ts": "const x = lists[0]?.items ?? [];" },
    { "src/app/a.ts": "const x = question.where || [];" },
    { "src/app/a.ts": "const x = find(ref) ?? [];" },
    { "src/app/a.ts": 'const parts = text.split(":");\nconst x = parts[1] ?? "";' },
    { "src/domain/policy/a.ts": "const x = given ?? 0;" },
    { "src/domain/a.ts": "function f(epsilonMicros = 100) {}" },
  ],
  check: (project) =>
    project.modules
      .filter((module) => module.kind === "source" && FOLDERS.some((folder) => isUnder(module.path, folder)))
      .flatMap((module) => nodesOf(module.sourceFile).flatMap((node) => inspect(module, node))),
};

function inspect(module: Module, node: ts.Node): readonly Finding[] {
  if (ts.isParameter(node) && node.initializer !== undefined && PRIVACY_NAMES.test(node.name.getText())) {
    return [at(module, node, "let the caller say it: a parameter of privacy has no default")];
  }
  if (!ts.isBinaryExpression(node) || !isFallback(node.operatorToken.kind)) return [];
  const literal = node.right.getText().replaceAll("'", '"');
  if (!['""', "[]", "{}", "0"].includes(literal)) return [];
  if (literal === '""' && isGroupOfMatch(node.left)) return [];
  if (literal === "[]" && (isAbsentMember(node) || isLeftOut(node))) return [];
  if (/^(0|\[\])$/.test(literal) && isTally(node.left)) return [];
  const isKernelRead = literal === "0" && BYTE_KERNELS.some((path) => isUnder(module.path, path));
  return isKernelRead
    ? []
    : [at(module, node, `let the type say that it is there, or answer for its absence, instead of \`${literal}\``)];
}

// A list that a document leaves out is the empty list; an item that an array lacks is something else.
function isAbsentMember(node: ts.BinaryExpression): boolean {
  if (node.operatorToken.kind !== ts.SyntaxKind.QuestionQuestionToken) return false;
  let left: ts.Expression = node.left;
  while (ts.isPropertyAccessExpression(left)) left = left.expression;
  return ts.isPropertyAccessExpression(node.left) && ts.isIdentifier(left);
}

// In `list.flatMap((item) => read(item) ?? [])` the empty list is how an item is left out.
function isLeftOut(node: ts.BinaryExpression): boolean {
  const call = node.parent.parent;
  if (!ts.isArrowFunction(node.parent) || !ts.isCallExpression(call)) return false;
  return ts.isPropertyAccessExpression(call.expression) && call.expression.name.text === "flatMap";
}

// A tally that has no entry for a key has counted nothing of it; a grouping has gathered nothing.
function isTally(left: ts.Expression): boolean {
  if (!ts.isCallExpression(left) || !ts.isPropertyAccessExpression(left.expression)) return false;
  return left.expression.name.text === "get";
}

// A group of a match is text whenever the pattern matched, or is optional in the pattern; the types cannot tell.
function isGroupOfMatch(left: ts.Expression): boolean {
  if (!ts.isElementAccessExpression(left) || !ts.isNumericLiteral(left.argumentExpression)) return false;
  const list = left.expression.getText();
  return nodesOf(left.getSourceFile()).some(
    (node) =>
      ts.isVariableDeclaration(node) &&
      node.name.getText() === list &&
      /\.(exec|match)\(/.test(node.initializer?.getText() ?? ""),
  );
}

function isFallback(kind: ts.SyntaxKind): boolean {
  return kind === ts.SyntaxKind.QuestionQuestionToken || kind === ts.SyntaxKind.BarBarToken;
}
