// Tests that can fail: no assertion that anything passes, no mock of our own modules, no snapshot of everything, no
// test left out in silence.

import ts from "typescript";
import { at, type Finding, type Module, nodesOf, type Rule } from "../rule.ts";

const SUITES = /^(test|it|describe|suite)\b/;

export const tests: Rule = {
  name: "tests",
  passes: [
    { "src/a.test.ts": "expect(a).toEqual(1);\nlist.only(1);" },
    { "src/a.test.ts": "console.warn('skipped: no browser');\ntest.skipIf(!browser)('opens', f);" },
    { "src/a.test.ts": "test('x', (context) => { context.skip('needs ../vectors'); });" },
  ],
  fails: [
    { "src/a.test.ts": "expect(a).toBeDefined();" },
    { "src/a.test.ts": "expect(a).toBeTruthy();" },
    { "src/a.test.ts": "expect(a).toMatchSnapshot();" },
    { "src/a.test.ts": "vi.mock('./b.ts');" },
    { "src/a.test.ts": "test.only('x', f);" },
    { "src/a.test.ts": "test.todo('x');" },
    { "src/a.test.ts": "test.skip('x', f);" },
    { "src/a.test.ts": "describe.skipIf(!browser)('opens', f);" },
  ],
  check: (project) =>
    project.modules
      .filter((module) => module.kind === "test" || module.path.startsWith("src/testing/"))
      .flatMap((module) => nodesOf(module.sourceFile).flatMap((node) => inspect(module, node))),
};

function inspect(module: Module, node: ts.Node): readonly Finding[] {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return [];
  const advice = adviceFor(module, node.expression.expression.getText(), node.expression.name.text);
  return advice === null ? [] : [at(module, node, advice)];
}

function adviceFor(module: Module, object: string, method: string): string | null {
  if (method === "toBeDefined" || method === "toBeTruthy") return "assert the value itself";
  if (/^toMatch\w*Snapshot$/.test(method)) return "write down what must hold of the value";
  if (object === "vi" && /^(mock|doMock)$/.test(method)) return "pass a second implementation of the port";
  if (!SUITES.test(object)) return null;
  if (method === "only") return "let every test run";
  if (method === "todo") return "write the test, or leave it out";
  const isSilent = /^(skip|skipIf|runIf)$/.test(method) && !printsReason(module);
  return isSilent ? "print what is missing when a test is left out, or use `context.skip(reason)`" : null;
}

function printsReason(module: Module): boolean {
  return /\bconsole\.(warn|log|error|info)\(|\bprocess\.std(out|err)\.write\(/.test(module.text);
}
