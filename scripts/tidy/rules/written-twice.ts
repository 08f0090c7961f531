// Nothing is written again that exists: no function exported under one name by two files, no body that equals
// another after its own names are replaced by their order of appearance. A file for browsers has the names of the one
// whose place it takes, so `-browser.ts` is judged by its bodies alone.

import ts from "typescript";
import { exportsOf } from "../exports.ts";
import { type Finding, isUnder, lineOf, type Module, nodesOf, type Project, type Rule } from "../rule.ts";

const STATEMENTS = 6;
const TOKENS = 40;

const BODY =
  "{ let sum = 0; for (const n of list) { if (n > 3 && n < 9) sum += n * n - n / 2; else sum -= n; } return sum; }";

export const writtenTwice: Rule = {
  name: "written-twice",
  passes: [
    { "src/a.ts": "export function toHex(a) { return a; }", "src/b.ts": "export function fromHex(a) { return a; }" },
    { "src/a.ts": `function f(list) ${BODY}`, "src/b.ts": `function g(list) ${BODY.replace("n / 2", "n / 3")}` },
    { "src/a.ts": `function f(list) ${BODY}`, "src/a.test.ts": `function g(list) ${BODY}` },
    { "src/a.ts": "export function toHex(a) { return a; }", "src/a-browser.ts": "export const toHex = (b) => b + 1;" },
  ],
  fails: [
    { "src/a.ts": "export function toHex(a) { return a; }", "src/b.ts": "export const toHex = (b) => b + 1;" },
    {
      "src/a.ts": `function f(list) ${BODY}`,
      "src/b.ts": `const g = (items) => ${BODY.replaceAll("list", "items").replaceAll("sum", "total")}`,
    },
  ],
  check: (project) => [...sameNames(project), ...sameBodies(project)],
};

function sameNames(project: Project): readonly Finding[] {
  const places = new Map<string, Finding>();
  const findings: Finding[] = [];
  for (const module of project.modules.filter((one) => isJudged(one) && !one.path.endsWith("-browser.ts"))) {
    for (const { name, node, declaration } of exportsOf(module)) {
      if (declaration === null || !isFunction(declaration)) continue;
      const place = { path: module.path, line: lineOf(module, node.getStart(module.sourceFile)), instead: "" };
      const first = places.get(name);
      if (first === undefined) places.set(name, place);
      else if (first.path !== place.path) findings.push({ ...place, instead: twiceNamed(name, first) });
    }
  }
  return findings;
}

function isJudged(module: Module): boolean {
  return module.kind === "source" && !isUnder(module.path, "src/testing");
}

function isFunction(node: ts.Node): boolean {
  if (ts.isFunctionDeclaration(node)) return true;
  if (!ts.isVariableDeclaration(node) || node.initializer === undefined) return false;
  return ts.isArrowFunction(node.initializer) || ts.isFunctionExpression(node.initializer);
}

function twiceNamed(name: string, first: Finding): string {
  return `use \`${name}\` of ${first.path}:${first.line}, or say in the name how this one differs`;
}

function sameBodies(project: Project): readonly Finding[] {
  const places = new Map<string, Finding>();
  const findings: Finding[] = [];
  for (const module of project.modules.filter(isJudged)) {
    for (const node of nodesOf(module.sourceFile)) {
      const shape = shapeOf(module, node);
      if (shape === null) continue;
      const place = { path: module.path, line: lineOf(module, node.getStart(module.sourceFile)), instead: "" };
      const first = places.get(shape);
      if (first === undefined) places.set(shape, place);
      else
        findings.push({ ...place, instead: `call the function at ${first.path}:${first.line}: the body is the same` });
    }
  }
  return findings;
}

/** The body's tokens with the function's own names numbered, or `null` for a body too small to count. */
function shapeOf(module: Module, node: ts.Node): string | null {
  if (!ts.isFunctionLike(node) || !("body" in node) || node.body === undefined || !ts.isBlock(node.body)) return null;
  const own = ownNames(node);
  const tokens = tokensOf(module, node.body).map((token) => {
    const order = own.get(token);
    return order === undefined ? token : `$${order}`;
  });
  return node.body.statements.length >= STATEMENTS || tokens.length >= TOKENS ? tokens.join(" ") : null;
}

function ownNames(node: ts.Node): ReadonlyMap<string, number> {
  const own = new Map<string, number>();
  for (const one of nodesOf(node)) {
    const isDeclared = ts.isParameter(one) || ts.isVariableDeclaration(one) || ts.isBindingElement(one);
    if (isDeclared && ts.isIdentifier(one.name) && !own.has(one.name.text)) own.set(one.name.text, own.size);
  }
  return own;
}

function tokensOf(module: Module, body: ts.Node): readonly string[] {
  const scanner = ts.createScanner(
    ts.ScriptTarget.ES2023,
    true,
    ts.LanguageVariant.Standard,
    module.text.slice(body.getStart(module.sourceFile), body.end),
  );
  const tokens: string[] = [];
  while (scanner.scan() !== ts.SyntaxKind.EndOfFileToken) tokens.push(scanner.getTokenText());
  return tokens;
}
