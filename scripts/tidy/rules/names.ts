// Files are kebab-case, and a name says what the thing is: words that fit anything say nothing.

import { posix } from "node:path";
import { exportsOf } from "../exports.ts";
import { type Finding, lineOf, type Module, type Rule, wordsOf } from "../rule.ts";

const EMPTY = "util utils helper helpers common misc manager service handler processor factory base data info";
const EMPTY_WORDS = new Set(EMPTY.split(" "));
// The standard's own words: RFC 9421 §2.5 builds a signature base; a data key is what a wrapping key wraps.
const STANDARD_TERMS = /\b(signature base|data keys?)\b/g;

export const names: Rule = {
  name: "names",
  passes: [
    { "src/domain/canonical-json.ts": "export function toBase64Url() {}\nexport type Dataset = 1;\nconst data = 1;" },
    { "src/crypto/signature-base.ts": "export function signatureBase() {}\nexport type PartnerDataKey = 1;" },
    { "src/a.gen.ts": "export const data = 1;" },
  ],
  fails: [
    { "src/canonicalJson.ts": "" },
    { "src/string-utils.ts": "" },
    { "src/a.ts": "export function requestHandler() {}" },
    { "src/a.ts": "export type PartnerInfo = 1;" },
    { "src/a.ts": "export type KeyData = 1;" },
    { "src/a.ts": "const baseValue = 1;\nexport { baseValue };" },
  ],
  check: (project) =>
    project.modules
      .filter((module) => module.kind !== "generated")
      .flatMap((module) => [...fileName(module), ...exportedNames(module)]),
};

function fileName(module: Module): readonly Finding[] {
  const name = posix.basename(module.path).replace(/(\.[a-z]+)+$/, "");
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
    return [{ path: module.path, line: 1, instead: "spell the file's name in kebab-case" }];
  }
  const word = emptyWordOf(name);
  return word === undefined ? [] : [{ path: module.path, line: 1, instead: advice(word) }];
}

function exportedNames(module: Module): readonly Finding[] {
  return exportsOf(module).flatMap(({ name, node }) => {
    const word = emptyWordOf(name);
    if (word === undefined) return [];
    return [{ path: module.path, line: lineOf(module, node.getStart()), instead: advice(word) }];
  });
}

function emptyWordOf(name: string): string | undefined {
  const plain = wordsOf(name).join(" ").replace(STANDARD_TERMS, "");
  return plain.split(" ").find((word) => EMPTY_WORDS.has(word));
}

function advice(word: string): string {
  return `name it after what it does or holds: \`${word}\` fits anything`;
}
