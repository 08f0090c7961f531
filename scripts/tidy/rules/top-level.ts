// The root of the project holds these names and no others, so that a newcomer sees the whole house at once.

import type { Rule } from "../rule.ts";

const FOLDERS = ["src", "partners", "policies", "schemas", "scripts"];
const FILES = ["package.json", "package-lock.json", "tsconfig.json", "README.md", "CHANGELOG.md", "LICENSE"];

export const topLevel: Rule = {
  name: "top-level",
  passes: [{ "src/a.ts": "", "README.md": "", ".gitignore": "", ".ci/run": "", "package-lock.json": "" }],
  fails: [{ "utils/a.ts": "" }, { "NOTES.md": "" }, { src: "" }],
  check: (project) =>
    project.paths.flatMap((path) => {
      const [first = path] = path.split("/");
      const isKnown = first.startsWith(".") || (first === path ? FILES : FOLDERS).includes(first);
      if (isKnown) return [];
      return [{ path, line: 1, instead: "put it where it belongs: src, scripts, partners, policies or schemas" }];
    }),
};
