import { expect, test } from "vitest";
import { problem } from "../domain/problem.ts";
import { tooMany } from "../domain/rates.ts";
import { becauseOf } from "./because.ts";

const clause = (pointer: string, effect = "denies", document = "policy") => ({ document, pointer, effect, says: "" });

test.each([
  [[clause("/defaults/budget/perRecipient"), clause("/defaults/budget/lineage")], ["budget"]],
  [[clause("/grants/0/terms/requestsPerPeriod"), clause("/terms/k", "limits")], ["requestsPerPeriod"]],
  [
    [clause("/members", "denies", "contract"), clause("/prohibitions/2")],
    ["contract", "prohibitions"],
  ],
  [[clause("/x", "denies", "person7@example.org")], []],
  ["person7@example.org", []],
])("a denial by %j rests on %j", (reasons, words) => {
  expect(becauseOf(problem("not-permitted", "no", { reasons }))).toEqual(words);
});

test("what a quota stops rests on the quota, and what anybody else wrote on nothing", () => {
  expect(becauseOf(tooMany(["partner", "hand"], 3))).toEqual(["partner", "hand"]);
  expect(becauseOf(problem("not-found", "no", { "violated-policies": ["ash-travel"] }))).toEqual([]);
  expect(becauseOf(problem("not-found", "no"))).toEqual([]);
});
