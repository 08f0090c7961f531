// Prose that says what is the case. Words that praise are left out, and nobody is told that hashed or counted people
// cannot be found again: the word may stand only where it is denied.

import ts from "typescript";
import { type Finding, lineOf, type Module, nodesOf, type Project, type Rule, type TextFile } from "../rule.ts";

const PRAISE =
  /\b(robust(ly|ness)?|seamless(ly)?|comprehensive(ly)?|cutting-edge|leverag(e|es|ed|ing)|blazing(ly)?)\b/i;
const PICTURE = /\p{Emoji_Presentation}|\uFE0F/u;
const NAMELESS = /\banonym(ous(ly)?|i[sz](ed?|es|ing|ation))\b/i;
const DENIED = /\b(never|not|no|neither|nor|cannot)\b|n't\b/i;

export const prose: Rule = {
  name: "prose",
  passes: [
    {
      "README.md":
        "Counts are released with noise. ★ marks a change of a guarantee.\nHashed lists are never anonymous.\n",
    },
    { "README.md": "```\nleverage()\n```\n" },
    { "src/a.ts": "/** Counts rows. */\nconst text = 'a hash is not anonymous';\n" },
    { "src/a.ts": "const PLACEHOLDERS = ['null', 'anonymous'];\n" },
    { LICENSE: "comprehensive general liability" },
  ],
  fails: [
    { "README.md": "A robust room.\n" },
    { "README.md": "Fast \u{1F680}\n" },
    { "README.md": "The people are anonymised.\n" },
    { "src/a.ts": "/** A seamless count. */\nconst a = 1;\n" },
    { "src/a.ts": "const text = 'your list is anonymous';\n" },
  ],
  check: (project) => [...markdown(project), ...code(project)],
};

function markdown(project: Project): readonly Finding[] {
  return project.texts
    .filter((file) => file.path.endsWith(".md"))
    .flatMap((file) => proseLines(file).flatMap(({ text, line }) => inspect(file.path, text, line)));
}

function proseLines(file: TextFile): readonly { text: string; line: number }[] {
  let isCode = false;
  return file.lines.flatMap((text, index) => {
    if (/^\s*(```|~~~)/.test(text)) isCode = !isCode;
    return isCode ? [] : [{ text, line: index + 1 }];
  });
}

function code(project: Project): readonly Finding[] {
  return project.modules
    .filter((module) => module.kind === "source" && module.path.startsWith("src/"))
    .flatMap((module) => [...docstringLines(module), ...strings(module)]);
}

function docstringLines(module: Module): readonly Finding[] {
  return module.comments.flatMap((comment) =>
    comment.text.split("\n").flatMap((text, index) => inspect(module.path, text, comment.line + index)),
  );
}

function strings(module: Module): readonly Finding[] {
  return nodesOf(module.sourceFile).flatMap((node) => {
    const isText = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
    if (!(isText || ts.isJsxText(node)) || isOneWord(node.text)) return [];
    const line = lineOf(module, node.getStart(module.sourceFile));
    return node.text.split("\n").flatMap((text, index) => inspect(module.path, text, line + index));
  });
}

// A single lower-case word is a value to compare with, not something said to anyone.
function isOneWord(text: string): boolean {
  return /^[a-z]+$/.test(text);
}

function inspect(path: string, text: string, line: number): readonly Finding[] {
  const praise = PRAISE.exec(text);
  if (praise !== null) return [{ path, line, instead: `say what it does, with a number, instead of \`${praise[0]}\`` }];
  if (PICTURE.test(text)) return [{ path, line, instead: "use words" }];
  if (!NAMELESS.test(text) || DENIED.test(text)) return [];
  return [{ path, line, instead: "say what is hidden from whom: data about people stays personal data" }];
}
