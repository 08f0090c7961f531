import { expect, test } from "vitest";
import { err, ok } from "../result.ts";
import { canonicalMaid } from "./maid.ts";

const ID = "5f3a2b18-9c4d-4e7f-b8e2-17d3a1e69b25";

test.each([ID, ID.toUpperCase(), ` ${ID}\u0085`])("%j is one id", (spelt) => {
  expect(canonicalMaid(spelt)).toEqual(ok(ID));
});

test.each([
  ["maid-all-zeros", "00000000-0000-0000-0000-000000000000"],
  ["maid-not-uuid", ID.replaceAll("-", "")],
  ["maid-not-uuid", `{${ID}}`],
  ["maid-not-uuid", ID.slice(1)],
  ["maid-not-uuid", `${ID}0`],
  ["maid-not-uuid", ID.replace("5", "g")],
  ["maid-not-uuid", ID.replace("-", "\u2011")],
  ["maid-not-uuid", ""],
])("refuses with %s: %j", (refusal, spelt) => {
  expect(canonicalMaid(spelt)).toEqual(err(refusal));
});
