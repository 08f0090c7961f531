import { describe, expect, test } from "vitest";
import { unixMillis } from "../domain/instant.ts";
import { millisUntil, unitsLeft } from "../domain/quota.ts";
import { meter } from "./meters.ts";

function metered(mostNames: number) {
  const time = { now: 1_800_000_000_000 };
  const quota = { units: 4, windowSeconds: 2 };
  return { time, ...meter({ clock: () => unixMillis(time.now), quota, mostNames }) };
}

describe("a meter", () => {
  test("counts each name apart, and what it used comes back evenly", () => {
    const { time, quota, of, charge } = metered(10);
    charge("ash", 4);
    expect([unitsLeft(quota, of("ash")), unitsLeft(quota, of("birch"))]).toEqual([0, 4]);
    time.now += 1_000;
    expect([unitsLeft(quota, of("ash")), millisUntil(quota, of("ash"), 4)]).toEqual([2, 1_000]);
  });

  test("keeps no more names than it may: those beyond share one, until others owe nothing", () => {
    const { time, quota, of, charge, size } = metered(3);
    for (const name of ["ash", "birch", "cedar", "fir", "oak"]) charge(name, 1);
    expect(size()).toBe(4);
    expect([unitsLeft(quota, of("fir")), unitsLeft(quota, of("elm")), unitsLeft(quota, of("ash"))]).toEqual([2, 2, 3]);
    time.now += 10_000;
    charge("elm", 1);
    expect(size()).toBe(1);
    expect(unitsLeft(quota, of("elm"))).toBe(3);
  });
});
