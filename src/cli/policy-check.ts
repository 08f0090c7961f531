// `concordat policy check`: a draft of a policy looked at on this machine, every issue with its place.

import type { Command } from "commander";
import { checkPolicy, type PolicyIssue } from "../domain/policy/check.ts";
import { err, ok } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { readJson } from "./files.ts";
import { act, type Call, EXIT, misused, type Outcome, type Terminal } from "./terminal.ts";

export function addPolicyCheck(policy: Command, terminal: Terminal): void {
  const command = describe(policy.command("check <file>"), "check a policy and its examples, on this machine", [
    "concordat policy check policies/cross-sell.json",
  ]);
  act(terminal, command, check);
}

async function check({ operands }: Call): Promise<Outcome> {
  const [path] = operands;
  if (path === undefined) return err(misused("which file is it?"));
  const draft = await readJson(path);
  if (!draft.ok) return draft;
  const found = checkPolicy(draft.value);
  const refused = found.issues.filter((issue) => issue.isRefused);
  const advice = found.issues.filter((issue) => !issue.isRefused).flatMap(issueLines);
  if (!found.isSound) {
    const says = `${refused.length === 1 ? "one place" : `${refused.length} places`} of \`${path}\` must be mended`;
    const lines = [`error: ${says}`, ...refused.flatMap(issueLines), ...titled("advice:", advice)];
    return err({ exit: EXIT.failed, json: found, lines: [...lines, "next: mend each place and try again"] });
  }
  const examples = found.examples === 1 ? "one example holds" : `all ${found.examples} examples hold`;
  return ok({ json: found, lines: [`sound: it fits its schema, and ${examples}`, ...titled("advice:", advice)] });
}

function issueLines({ path, says, instead }: PolicyIssue): string[] {
  return [`  ${path === "" ? "the document" : path}: ${says}`, `    instead: ${instead}`];
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}
