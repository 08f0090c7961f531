import { describe, expect, it, vi } from "vitest";
import { madeOnce } from "./made-once.ts";

describe("what is made once", () => {
  it("is one for all who ask, by its name", async () => {
    const make = vi.fn(async (name: string) => ({ name }));
    const of = madeOnce(make);
    const [first, second, other] = await Promise.all([of("a"), of("a"), of("b")]);
    expect(await of("a")).toBe(first);
    expect(second).toBe(first);
    expect(other).toEqual({ name: "b" });
    expect(make.mock.calls).toEqual([["a"], ["b"]]);
  });

  it("is made again after a failure, which all hear who waited", async () => {
    const make = vi.fn(async (name: string) => ({ name })).mockRejectedValueOnce(new Error("too many open files"));
    const of = madeOnce(make);
    const waiting = await Promise.allSettled([of("a"), of("a")]);
    expect(waiting.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(make).toHaveBeenCalledTimes(1);
    expect(await of("a")).toEqual({ name: "a" });
    expect(make).toHaveBeenCalledTimes(2);
  });
});
