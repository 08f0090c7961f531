import { describe, expect, test, vi } from "vitest";
import { unixMillis } from "../domain/instant.ts";
import { LIMITS } from "../domain/limits.ts";
import { type Check, roomReadiness } from "./readiness.ts";

const WELL: Check = async () => null;
const ALL_WELL = { database: WELL, keys: WELL, log: WELL, disk: WELL, migrations: WELL };

function watched(checks: Partial<typeof ALL_WELL>) {
  const time = { now: 1_800_000_000_000 };
  return { time, ...roomReadiness(() => unixMillis(time.now), { ...ALL_WELL, ...checks }) };
}

describe("a room", () => {
  test("is ready when nothing is amiss, and says what is", async () => {
    expect((await watched({}).look()).size).toBe(0);
    const broken = async () => {
      throw new RangeError("person7@example.org");
    };
    const amiss = await watched({ disk: async () => "it is full", database: broken }).look();
    expect([...amiss]).toEqual([
      ["database", "the check failed: RangeError"],
      ["disk", "it is full"],
    ]);
  });

  test("is not ready once it was told to stop, though all is well", async () => {
    const room = watched({});
    await room.look();
    room.stopping();
    expect([...(await room.look())]).toEqual([["running", "the room was told to stop"]]);
  });

  test("is looked at once a second, however often anybody asks", async () => {
    const database = vi.fn(WELL);
    const room = watched({ database });
    await Promise.all([room.look(), room.look(), room.look()]);
    expect(database).toHaveBeenCalledTimes(1);
    room.time.now += LIMITS.readyKeptMillis;
    await room.look();
    expect(database).toHaveBeenCalledTimes(2);
  });

  test("is not ready while a part does not answer, and whoever asks is not kept waiting for it", async () => {
    vi.useFakeTimers();
    try {
      const looking = watched({ keys: () => new Promise(() => undefined) }).look();
      await vi.advanceTimersByTimeAsync(LIMITS.readyMillis);
      expect((await looking).get("keys")).toMatch(/no answer within/);
    } finally {
      vi.useRealTimers();
    }
  });
});
