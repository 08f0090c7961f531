// A catch stands where the outside world comes in and says what it saw. One that swallows, answers a default or
// throws the same error on hides a bug from the one boundary that would have reported it.

import ts from "typescript";
import { at, commentAbove, type Finding, isUnder, lineOf, type Module, nodesOf, type Rule } from "../rule.ts";

const FOLDERS = ["storage", "crypto", "cli", "client", "engine", "wire", "testing", "main.ts"].map(
  (name) => `src/${name}`,
);
// Where a thrown error becomes an answer with a reference; no other file of http/ may hold one back.
const BOUNDARIES = ["src/http/boundary.ts", "src/http/server.ts"];

export const catches: Rule = {
  name: "catches",
  passes: [
    { "src/storage/a.ts": "try { f(); } catch (error) { throw new Broken('x', { cause: error }); }" },
    { "src/cli/a.ts": "try { f(); } catch (error) { if (!isExpected(error)) throw error; }" },
    { "scripts/a.ts": "try { f(); } catch (error) { report(error); }" },
    { "src/app/a.ts": "// Whoever awaits it hears of it.\nlost.catch(() => {});" },
  ],
  fails: [
    { "src/domain/a.ts": "try { f(); } catch (error) { report(error); }" },
    { "src/storage/a.ts": "try { f(); } catch { g(); }" },
    { "src/storage/a.ts": "try { f(); } catch (error) { g(); }" },
    { "src/storage/a.ts": "try { f(); } catch (error) { throw error; }" },
    { "src/http/api/a.ts": "try { f(); } catch (error) { report(error); }" },
    { "src/app/a.ts": "// It may fail.\nawait f().catch(() => undefined);" },
    { "src/app/a.ts": "await f().catch(() => {});" },
  ],
  check: (project) =>
    project.modules
      .filter((module) => module.kind === "source")
      .flatMap((module) => nodesOf(module.sourceFile).flatMap((node) => inspect(module, node))),
};

function inspect(module: Module, node: ts.Node): readonly Finding[] {
  if (ts.isCatchClause(node)) return clause(module, node);
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return [];
  const [handler] = node.arguments;
  if (node.expression.name.text !== "catch" || handler === undefined || !ts.isArrowFunction(handler)) return [];
  const uses = handler.parameters[0] !== undefined && isNamedIn(handler.parameters[0].name.getText(), handler.body);
  return uses || isExplained(module, node, handler)
    ? []
    : [at(module, node, "say in the handler what was caught, or let it through")];
}

// A promise that others await is marked as seen by an empty handler; the line above says why nothing is lost by it.
function isExplained(module: Module, node: ts.Node, handler: ts.ArrowFunction): boolean {
  const isEmpty = ts.isBlock(handler.body) && handler.body.statements.length === 0;
  return isEmpty && commentAbove(module, lineOf(module, node.getStart(module.sourceFile))) !== "";
}

function clause(module: Module, node: ts.CatchClause): readonly Finding[] {
  if (!mayCatch(module.path))
    return [at(module, node, "let the error through to the boundary; answer expected failure by value")];
  const binding = node.variableDeclaration?.name.getText();
  const { statements } = node.block;
  if (binding === undefined || !isNamedIn(binding, node.block)) {
    return [at(module, node, "use the error: tell what was expected from what was not, and pass the reason on")];
  }
  const [only] = statements;
  const isBareRethrow = only !== undefined && ts.isThrowStatement(only) && only.expression.getText() === binding;
  return isBareRethrow ? [at(module, node, "drop the `try`: throwing the same error on does nothing")] : [];
}

function mayCatch(path: string): boolean {
  return !path.startsWith("src/") || BOUNDARIES.includes(path) || FOLDERS.some((folder) => isUnder(path, folder));
}

function isNamedIn(name: string, body: ts.Node): boolean {
  return nodesOf(body).some((node) => ts.isIdentifier(node) && node.text === name);
}
