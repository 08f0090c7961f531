// No file may import itself by way of others, types included: a cycle is two halves of one thing in two places.

import { importsOf } from "../imports.ts";
import { at, type Finding, type Module, type Project, type Rule } from "../rule.ts";

export const importCycles: Rule = {
  name: "import-cycles",
  passes: [{ "src/a.ts": 'import { b } from "./b.ts";', "src/b.ts": "export const b = 1;" }],
  fails: [
    { "src/a.ts": 'import { b } from "./b.ts";', "src/b.ts": 'import type { A } from "./a.ts";' },
    { "src/a.ts": 'import "./b.ts";', "src/b.ts": 'import "./c.ts";', "src/c.ts": 'import "./a.ts";' },
  ],
  check: cyclesOf,
};

type Visit = { readonly state: Map<string, "open" | "closed">; readonly trail: string[]; readonly findings: Finding[] };

function cyclesOf(project: Project): readonly Finding[] {
  const modules = new Map(project.modules.map((module) => [module.path, module]));
  const visit: Visit = { state: new Map(), trail: [], findings: [] };
  for (const module of project.modules) descend(module, modules, visit);
  return visit.findings;
}

// Depth first; an import of a file that is still open closes a cycle.
function descend(module: Module, modules: ReadonlyMap<string, Module>, visit: Visit): void {
  if (visit.state.has(module.path)) return;
  visit.state.set(module.path, "open");
  visit.trail.push(module.path);
  for (const { node, target } of importsOf(module)) {
    const next = target === null ? undefined : modules.get(target);
    if (next === undefined) continue;
    if (visit.state.get(next.path) === "open") {
      const circle = [...visit.trail.slice(visit.trail.indexOf(next.path)), next.path].join(" -> ");
      visit.findings.push(at(module, node, `move what both need into a third file: ${circle}`));
    }
    descend(next, modules, visit);
  }
  visit.trail.pop();
  visit.state.set(module.path, "closed");
}
