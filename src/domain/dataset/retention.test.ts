import { expect, test } from "vitest";
import { keepingOf } from "./retention.ts";

test("a version is kept as long as the lesser of list and policy says, and waits a month where neither does", () => {
  expect(keepingOf(["P90D", "P2M"])).toEqual({ days: 60, isStated: true });
  expect(keepingOf(["P1W", "P90D"])).toEqual({ days: 7, isStated: true });
  expect(keepingOf([undefined, "P90D"])).toEqual({ days: 90, isStated: true });
  expect(keepingOf(["P100D", undefined])).toEqual({ days: 100, isStated: true });
  expect(keepingOf([undefined, undefined])).toEqual({ days: 30, isStated: false });
});
