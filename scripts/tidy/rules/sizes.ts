// Small rooms: functions of at most 50 lines and 3 positional parameters, nested at most 3 deep, in files of at most
// 300 lines of at most 120 characters. A hot kernel may run longer and deeper where `// HOT:` above it says why. A test
// may go through all of a small world, loop within loop, and takes the columns of its table as they stand.

import ts from "typescript";
import { at, commentAbove, type Finding, isUnder, lineOf, type Module, nodesOf, type Rule } from "../rule.ts";

const FUNCTION_LINES = 50;
const PARAMETERS = 3;
const NESTING = 3;
const FILE_LINES = 300;
const LINE_CHARACTERS = 120;
const HOT_FOLDERS = ["src/engine", "src/wire", "src/kernels", "src/domain/matching", "src/domain/identifier"];

const LONG = `function long() {\n${"  step();\n".repeat(50)}}\n`;
const DEEP = "function deep() {\n  for (;;) { if (a) { while (b) { if (c) d(); } } }\n}\n";

export const sizes: Rule = {
  name: "sizes",
  passes: [
    { "src/a.ts": `function short() {\n${"  step();\n".repeat(48)}}\n` },
    { "src/engine/a.ts": `// HOT: one pass, nothing allocated.\n${LONG}` },
    { "src/engine/a.ts": `// HOT: the inner loop.\n${DEEP}` },
    { "src/a.ts": "function f() {\n  if (a) b();\n  else if (c) d();\n  else if (e) g();\n  else if (h) i();\n}\n" },
    { "src/a.test.ts": `describe('x', () => {\n${"  test('y', f);\n".repeat(60)}});\n` },
    { "src/a.ts": `// https://example.com/${"x".repeat(120)}\n` },
    { "src/a.test.ts": `${DEEP}test.each([])("%s", (a, b, c, d) => a);` },
  ],
  fails: [
    { "src/a.ts": LONG },
    { "src/http/a.ts": `// HOT: not here.\n${LONG}` },
    { "src/a.ts": DEEP },
    { "src/a.ts": "const f = (a, b, c, d) => a;" },
    { "src/a.ts": "const a = 1;\n".repeat(301) },
    { "src/a.ts": `// ${"word ".repeat(30)}\n` },
  ],
  check: (project) =>
    project.modules
      .filter((module) => module.kind !== "generated")
      .flatMap((module) => [...fileSize(module), ...lineLengths(module), ...functions(module)]),
};

function fileSize(module: Module): readonly Finding[] {
  const lines = module.text.replace(/\n$/, "").split("\n").length;
  if (module.kind === "test" || isUnder(module.path, "src/testing/vectors") || lines <= FILE_LINES) return [];
  return [{ path: module.path, line: FILE_LINES + 1, instead: `split the file by what it holds: ${lines} lines` }];
}

function lineLengths(module: Module): readonly Finding[] {
  if (isUnder(module.path, "src/testing/vectors")) return [];
  return module.lines.flatMap((text, index) => {
    if ([...text].length <= LINE_CHARACTERS || /https?:\/\//.test(text)) return [];
    return [{ path: module.path, line: index + 1, instead: `break the line: ${[...text].length} characters` }];
  });
}

function functions(module: Module): readonly Finding[] {
  if (module.kind === "test")
    return nodesOf(module.sourceFile)
      .filter(ts.isFunctionDeclaration)
      .flatMap((node) => length(module, node));
  return nodesOf(module.sourceFile)
    .filter(ts.isFunctionLike)
    .flatMap((node) => {
      const parameters = node.parameters.filter((one) => one.name.getText(module.sourceFile) !== "this").length;
      const many =
        parameters > PARAMETERS ? [at(module, node, `pass one named object: ${parameters} positional parameters`)] : [];
      return isHot(module, node) ? many : [...many, ...length(module, node), ...nesting(module, node)];
    });
}

function isHot(module: Module, node: ts.Node): boolean {
  if (!HOT_FOLDERS.some((folder) => isUnder(module.path, folder))) return false;
  const statement = ts.isArrowFunction(node) || ts.isFunctionExpression(node) ? outermost(node) : node;
  return commentAbove(module, lineOf(module, statement.getStart(module.sourceFile))).includes("HOT:");
}

function outermost(node: ts.Node): ts.Node {
  return ts.isStatement(node) || ts.isSourceFile(node.parent) ? node : outermost(node.parent);
}

// A suite is a list of tests, not a function to be followed from top to bottom.
function length(module: Module, node: ts.Node): readonly Finding[] {
  const lines = lineOf(module, node.end) - lineOf(module, node.getStart(module.sourceFile)) + 1;
  if (lines <= FUNCTION_LINES || isSuite(node)) return [];
  return [at(module, node, `give its parts names of their own: ${lines} lines`)];
}

function isSuite(node: ts.Node): boolean {
  return nodesOf(node).some(
    (one) => ts.isCallExpression(one) && /^(describe|test|it)\b/.test(one.expression.getText()),
  );
}

function nesting(module: Module, node: ts.SignatureDeclaration): readonly Finding[] {
  const body = "body" in node ? node.body : undefined;
  const deepest = body === undefined ? null : firstBeyond(body, 0);
  return deepest === null
    ? []
    : [at(module, deepest, "leave early or name the inner part: blocks nest more than 3 deep")];
}

function firstBeyond(node: ts.Node, depth: number): ts.Node | null {
  const inner = depth + (isBlock(node) ? 1 : 0);
  if (inner > NESTING) return node;
  return ts.forEachChild(node, (child) => (ts.isFunctionLike(child) ? null : firstBeyond(child, inner))) ?? null;
}

// An `else if` continues its `if` on the same level.
function isBlock(node: ts.Node): boolean {
  if (ts.isIfStatement(node)) return !(ts.isIfStatement(node.parent) && node.parent.elseStatement === node);
  return ts.isIterationStatement(node, false) || ts.isSwitchStatement(node) || ts.isTryStatement(node);
}
