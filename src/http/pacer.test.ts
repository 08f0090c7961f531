import { expect, test } from "vitest";
import { unixMillis } from "../domain/instant.ts";
import { pacer } from "./pacer.ts";

test("lets so many through in a minute, and as many in the next, however many were turned away", () => {
  let now = 1_800_000_000_000;
  const mayPass = pacer(() => unixMillis(now), 3);
  const passed = (tries: number) => Array.from({ length: tries }, mayPass).filter(Boolean).length;
  expect(passed(10)).toBe(3);
  now += 59_999 - (now % 60_000);
  expect(passed(5)).toBe(0);
  now += 1;
  expect([passed(2), passed(2)]).toEqual([2, 1]);
});
