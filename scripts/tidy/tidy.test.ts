// Every rule is tried on its own samples: one that never fires, or always does, is as wrong as a missing one.

import { describe, expect, test } from "vitest";
import { parseProject } from "./project.ts";
import { RULES } from "./rules.ts";

describe.each(RULES.map((rule) => [rule.name, rule] as const))("the rule %s", (_, rule) => {
  test.each(rule.passes.map((sample) => [sample]))("is silent on its sample %#", (sample) => {
    expect(rule.check(parseProject(sample))).toEqual([]);
  });

  test.each(rule.fails.map((sample) => [sample]))("fires on its sample %#, at a place that exists", (sample) => {
    const findings = rule.check(parseProject(sample));
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings) {
      expect(Object.keys(sample)).toContain(finding.path);
      expect(finding.line).toBeGreaterThan(0);
    }
  });

  test("has a sample of each sort", () => {
    expect(rule.passes.length).toBeGreaterThan(0);
    expect(rule.fails.length).toBeGreaterThan(0);
  });
});

test("no two rules share a name", () => {
  expect(new Set(RULES.map((rule) => rule.name)).size).toBe(RULES.length);
});
