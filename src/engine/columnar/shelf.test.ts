import { describe, expect, it } from "vitest";
import { arenaOf } from "./arena.ts";
import { NoRoom } from "./no-room.ts";
import { type Stay, shelfIn, type Take } from "./shelf.ts";

/** An arena in which three things have room and four have not. */
function fresh(most?: number) {
  const arena = arenaOf(1);
  const bytes = Math.floor(arena.bytes / 3) - 4_096;
  const made: string[] = [];
  const make = (name: string) => async (take: Take) => {
    made.push(name);
    return { name, at: take(bytes) };
  };
  const shelf = shelfIn(arena, most);
  const hold = (stay: Stay, name: string) => stay.hold(name, make(name));
  const once = async (...names: string[]) => {
    const stay = shelf.stay();
    for (const name of names) await hold(stay, name);
    stay.end();
  };
  return { arena, shelf, made, hold, once, make, bytes, free: arena.free() };
}

describe("the shelf", () => {
  it("keeps what was made as long as there is room, and counts it as free once nobody reads it", async () => {
    const { arena, shelf, made, hold, once, free } = fresh();
    await once("a", "b", "a");
    await once("b");
    expect(made).toEqual(["a", "b"]);
    expect(free - arena.free()).toBeLessThan(1_000);
    const stay = shelf.stay();
    const first = await hold(stay, "a");
    expect(await hold(stay, "a")).toBe(first);
    expect(free - arena.free()).toBeGreaterThan(1_000);
    stay.end();
  });

  it("gives up what was used least recently first", async () => {
    const { made, once } = fresh();
    await once("a", "b", "c");
    await once("a");
    await once("d");
    made.length = 0;
    await once("a", "c");
    expect(made).toEqual([]);
    await once("b");
    expect(made).toEqual(["b"]);
  });

  it("keeps no more things than it may, though there is room, and what is read beside them", async () => {
    const { arena, shelf, made, hold, once, free } = fresh(2);
    await once("a", "b");
    await once("a", "c");
    made.length = 0;
    await once("c", "a");
    expect(made).toEqual([]);
    const stay = shelf.stay();
    await hold(stay, "a");
    await hold(stay, "b");
    await hold(stay, "c");
    expect(made).toEqual(["b", "c"]);
    stay.end();
    await once("d");
    made.length = 0;
    await once("c", "d");
    expect(made).toEqual([]);
    await once("a");
    expect(made).toEqual(["a"]);
    expect(free - arena.free()).toBeLessThan(1_000);
  });

  it("gives up nothing that a stay holds, and refuses what has no room beside it", async () => {
    const { arena, shelf, made, hold, once, free } = fresh();
    const stay = shelf.stay();
    const held = [await hold(stay, "a"), await hold(stay, "b")];
    await once("c");
    await once("d");
    expect(new Set([...held.map(({ at }) => at)]).size).toBe(2);
    await hold(stay, "e");
    await expect(once("f")).rejects.toThrow(NoRoom);
    made.length = 0;
    expect(await Promise.all([hold(stay, "a"), hold(stay, "b")])).toEqual(held);
    expect(made).toEqual([]);
    stay.end();
    await once("f");
    expect(free - arena.free()).toBeLessThan(1_000);
  });

  it("holds for each of two who read it, until both have left", async () => {
    const { arena, shelf, hold, bytes } = fresh();
    const [one, two] = [shelf.stay(), shelf.stay()];
    await hold(one, "a");
    await hold(two, "a");
    one.end();
    const taken = arena.free();
    two.end();
    two.end();
    expect(arena.free()).toBe(taken + bytes);
  });

  it("keeps nothing of a making that failed, and makes it again for the next", async () => {
    const { arena, shelf, hold, bytes, free } = fresh();
    const stay = shelf.stay();
    const fails = async (take: Take) => {
      take(bytes);
      take(bytes);
      await Promise.resolve();
      throw new Error("the disk is gone");
    };
    const [one, two] = await Promise.allSettled([stay.hold("a", fails), shelf.stay().hold("a", fails)]);
    expect([one, two].map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(arena.free()).toBe(free);
    expect((await hold(stay, "a")).name).toBe("a");
    stay.end();
    const other = shelf.stay();
    await expect(other.own(fails)).rejects.toThrow("the disk is gone");
    other.end();
    const threw = () => {
      throw new Error("at once");
    };
    await expect(other.hold("b", threw)).rejects.toThrow("at once");
    other.end();
    expect(free - arena.free()).toBeLessThan(1_000);
  });

  it("makes once what two ask for at once, and gives it up to nobody meanwhile", async () => {
    const { shelf, made, make, once } = fresh();
    const [one, two] = [shelf.stay(), shelf.stay()];
    const waits: (() => void)[] = [];
    const slow = async (take: Take) => {
      const value = await make("a")(take);
      await new Promise<void>((resolve) => waits.push(resolve));
      return value;
    };
    const both = [one.hold("a", slow), two.hold("a", slow)];
    await Promise.resolve();
    await once("b", "c");
    await once("d");
    for (const go of waits) go();
    const [first, second] = await Promise.all(both);
    expect(first).toBe(second);
    expect(made.filter((name) => name === "a")).toEqual(["a"]);
    for (const stay of [one, two]) stay.end();
  });

  it("keeps of what was taken as much as is left of it, and gives no more back than that", async () => {
    const { arena, shelf, bytes, free } = fresh();
    const stay = shelf.stay();
    const shortened = async (take: Take) => {
      take(1_000);
      take.shorten(take(bytes), 500_000);
    };
    await stay.hold("a", shortened);
    await stay.own(shortened);
    expect(free - arena.free()).toBeGreaterThan(1_002_000);
    expect(free - arena.free()).toBeLessThan(1_003_000);
    stay.end();
    expect(free - arena.free()).toBeGreaterThan(0);
    expect(free - arena.free()).toBeLessThan(1_000);
    shelf.retain(() => false);
    expect(arena.free()).toBe(free);
  });

  it("takes back what is a stay's own when it ends, and finds it for nobody else", async () => {
    const { arena, shelf, make, made, free } = fresh();
    const stay = shelf.stay();
    const values = [await stay.own(make("a")), await stay.own(make("a"))];
    expect(new Set(values.map(({ at }) => at)).size).toBe(2);
    expect(made).toEqual(["a", "a"]);
    stay.end();
    expect(arena.free()).toBe(free);
  });

  it("forgets what is not wanted and not read", async () => {
    const { shelf, made, hold, once } = fresh();
    const stay = shelf.stay();
    await hold(stay, "a");
    await once("b", "c");
    shelf.retain((name) => name === "c");
    made.length = 0;
    await once("c", "a", "b");
    expect(made).toEqual(["b"]);
    stay.end();
  });
});
