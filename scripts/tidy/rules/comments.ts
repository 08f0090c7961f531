// Comments are sentences about why, in the present tense: no narration, no history, no promises, no banners, and no
// code that is switched off. Every file of src opens by saying what it owns.

import ts from "typescript";
import { type Comment, type Finding, isUnder, type Module, type Rule } from "../rule.ts";

// One line is enough for a file that is seen at one glance.

const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\bstep \d/i, "say why, not in which order; the code has the order"],
  [/\bnow we\b/i, "say why; the code says what"],
  [/\b(previously|legacy|no longer(?! than))\b/i, "describe what is; git keeps what was"],
  [
    /\b(for now|temporary(?! (file|folder|director|table|name|key))|in production)\b/i,
    "build it whole, or leave it out",
  ],
  [/\b(TODO|FIXME|XXX)\b/, "do it, or leave it out"],
  [/\bhack\b/i, "say what the obstacle is and why this is the way around it"],
];

export const comments: Rule = {
  name: "comments",
  passes: [
    { "src/a.ts": "// What this owns.\n// Sorted by first byte, because buckets are.\nconst a = 1;\n" },
    { "src/a.ts": "// Ends a list;\n// the name is no longer than 32 bytes.\nconst text = '// TODO';\n" },
    { "src/a.test.ts": "test('x', f);\n" },
    { "src/a.ts": `// Owns a.\n// RFC 1.\n${"const a = 1;\n".repeat(40)}` },
  ],
  fails: [
    { "src/a.ts": "// Owns a.\n// Step 1: read\n" },
    { "src/a.ts": "// Owns a.\n// now we write\n" },
    { "src/a.ts": "// Owns a.\n// TODO: more\n" },
    { "src/a.ts": "// Owns a.\n/* kept for legacy callers */\n" },
    { "src/a.ts": "// Owns a.\n// ---------- parsing ----------\n" },
    { "src/a.ts": "// Owns a.\n\n// const b = read(a);\n" },
    { "src/a.ts": "// Owns a.\n\n// if (ready) {\n" },
    { "src/a.ts": "const a = 1;\n" },
    { "src/a.ts": `${"// A line.\n".repeat(7)}const a = 1;\n` },
  ],
  check: (project) =>
    project.modules
      .filter((module) => module.kind !== "generated")
      .flatMap((module) => [...module.comments.flatMap((one) => inspect(module, one)), ...opening(module)]),
};

function inspect(module: Module, comment: Comment): readonly Finding[] {
  const advice = adviceFor(comment.text);
  return advice === null ? [] : [{ path: module.path, line: comment.line, instead: advice }];
}

function adviceFor(text: string): string | null {
  const phrase = PHRASES.find(([pattern]) => pattern.test(text));
  if (phrase !== undefined) return `${phrase[1]} (\`${phrase[0].exec(text)?.[0]}\`)`;
  if (/([-=#*~_])\1{3,}/.test(text.replace(/^\/\*+|\*+\/$/g, "").replace(/\/\/\/.*/, "")))
    return "let a blank line or a new file divide";
  return isSwitchedOffCode(text) ? "delete it; git keeps what was" : null;
}

// A comment is code when it ends as a statement does, has the marks of one, and parses.
function isSwitchedOffCode(text: string): boolean {
  const line = text.replace(/^\/\/\s?/, "").trim();
  if (!text.startsWith("//") || !/[;{]$/.test(line) || !/[=(.[]|^(return|break|continue|import|export)\b/.test(line))
    return false;
  const whole = line.endsWith("{") ? `${line.replace(/^\}\s*else/, "if (a) {} else")} }` : line;
  return (ts.transpileModule(whole, { reportDiagnostics: true }).diagnostics ?? []).length === 0;
}

function opening(module: Module): readonly Finding[] {
  if (!module.path.startsWith("src/") || module.kind !== "source" || isUnder(module.path, "src/testing/vectors"))
    return [];
  const code = module.lines.findIndex((line) => !line.startsWith("//"));
  const length = blockOpening(module) ?? (code < 0 ? module.lines.length : code);
  if (length >= 1 && length <= 6) return [];
  return [
    {
      path: module.path,
      line: 1,
      instead: `open with one to six comment lines: what the file owns, and which standard`,
    },
  ];
}

function blockOpening(module: Module): number | null {
  const [first] = module.comments;
  if (first === undefined || first.start !== 0 || !first.text.startsWith("/*")) return null;
  return first.text.split("\n").length;
}
