// Prints what the house rules find in this checkout, one line each: `file:line: rule: what to do instead`.
// Ends with 1 when there is a finding. Run by `npm test`; on its own: `node --import tsx scripts/tidy/main.ts`.

import { fileURLToPath } from "node:url";
import { readProject } from "./project.ts";
import { RULES } from "./rules.ts";

const project = readProject(fileURLToPath(new URL("../..", import.meta.url)));
const only = process.argv.slice(2);
const lines = RULES.filter((rule) => only.length === 0 || only.includes(rule.name)).flatMap((rule) =>
  rule.check(project).map((finding) => `${finding.path}:${finding.line}: ${rule.name}: ${finding.instead}`),
);
for (const line of lines.sort()) console.log(line);
console.log(`${RULES.length} house rules over ${project.texts.length} files: ${lines.length} findings`);
process.exitCode = lines.length === 0 ? 0 : 1;
