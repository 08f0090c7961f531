// Reads the project for the rules: asks git for the files, reads each once and parses the modules among them.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, posix } from "node:path";
import ts from "typescript";
import type { Comment, Module, Project, Sample, TextFile } from "./rule.ts";

const SKIPPED = /(^|\/)(node_modules|coverage|\.git|\.concordat)(\/|$)/;
const READ = new Set([".ts", ".tsx", ".mjs", ".js", ".md", ".sql", ".json", ".css", ".html"]);
const MODULES = new Set([".ts", ".tsx", ".mjs", ".js"]);
// AssemblyScript: another language in the same clothes, with a compiler of its own.
const KERNELS = "src/kernels/assembly/";

/** Every file under `root` that git tracks or would track. Without git, as in an unpacked archive, every file. */
export function readProject(root: string): Project {
  const paths = (listedByGit(root) ?? listedByFolder(root)).filter((path) => statSync(join(root, path)).isFile());
  const texts = paths
    .filter((path) => READ.has(extname(path)))
    .map((path): [string, string] => [path, readFileSync(join(root, path), "utf8")]);
  return { ...parseProject(Object.fromEntries(texts)), paths };
}

// The checkout may belong to another user, which git refuses to read unless told.
function listedByGit(root: string): readonly string[] | null {
  const options = ["-z", "--cached", "--others", "--exclude-standard"];
  const git = spawnSync("git", ["-c", "safe.directory=*", "ls-files", ...options], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (git.status !== 0) return null;
  return [...new Set(git.stdout.split("\0"))].filter((path) => path !== "" && existsSync(join(root, path)));
}

function listedByFolder(root: string): readonly string[] {
  const entries = readdirSync(root).filter((name) => !SKIPPED.test(name));
  return entries.flatMap((name) => {
    if (!statSync(join(root, name)).isDirectory()) return [name];
    const inside = readdirSync(join(root, name), { recursive: true, encoding: "utf8" });
    return inside.map((path) => posix.join(name, path)).filter((path) => !SKIPPED.test(path));
  });
}

/** A project made of texts alone. */
export function parseProject(sample: Sample): Project {
  const texts = Object.entries(sample).map(([path, text]): TextFile => ({ path, text, lines: text.split("\n") }));
  return {
    paths: Object.keys(sample),
    texts,
    modules: texts.filter(isModule).map(parse),
  };
}

function isModule({ path }: TextFile): boolean {
  return MODULES.has(extname(path)) && !path.startsWith(KERNELS);
}

function parse(file: TextFile): Module {
  const sourceFile = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2023, true);
  return { ...file, sourceFile, comments: commentsOf(sourceFile), kind: kindOf(file.path) };
}

function kindOf(path: string): Module["kind"] {
  if (/\.gen\.[a-z]+$/.test(path)) return "generated";
  return /\.test\.tsx?$/.test(path) ? "test" : "source";
}

// Comments are found in the text with every string, template, pattern and piece of page text blanked out: what then
// looks like a comment is one.
function commentsOf(sourceFile: ts.SourceFile): readonly Comment[] {
  const text = sourceFile.text.split("");
  blankLiterals(sourceFile, sourceFile, text);
  const comments: Comment[] = [];
  for (const match of text.join("").matchAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g)) {
    const end = match.index + match[0].length;
    const line = sourceFile.getLineAndCharacterOfPosition(match.index).line + 1;
    comments.push({ line, start: match.index, end, text: sourceFile.text.slice(match.index, end) });
  }
  return comments;
}

function blankLiterals(sourceFile: ts.SourceFile, node: ts.Node, text: string[]): void {
  if (ts.isLiteralExpression(node) || ts.isTemplateMiddleOrTemplateTail(node) || isOtherText(node)) {
    for (let index = node.getStart(sourceFile); index < node.end; index++) text[index] = " ";
    return;
  }
  ts.forEachChild(node, (child) => blankLiterals(sourceFile, child, text));
}

function isOtherText(node: ts.Node): boolean {
  return node.kind === ts.SyntaxKind.TemplateHead || ts.isJsxText(node);
}
