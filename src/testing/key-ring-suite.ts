// The laws of the key ring. Every implementation passes them; what only the file promises is tested beside it.

import { describe, expect, test } from "vitest";
import type { KeyRing } from "../ports/key-ring.ts";

/** Tests rings that `open` makes: empty, and with one further wrapping key to rotate to. */
export function keyRingSuite(name: string, open: () => Promise<KeyRing>): void {
  describe(name, () => {
    test("gives each holder one key of its own, and nothing to whom it made none", async () => {
      const ring = await open();
      expect(ring.find("ann 1")).toBeNull();
      const made = await ring.make("ann 1");
      expect(made).toHaveLength(32);
      expect(await ring.make("ann 1")).toEqual(made);
      expect(ring.find("ann 1")).toEqual(made);
      const others = await Promise.all(["ann 2", "bob 1"].map((holder) => ring.make(holder)));
      expect(new Set([made, ...others].map((key) => Buffer.from(key).toString("hex"))).size).toBe(3);
    });

    test("destroys one key for good, and leaves the others", async () => {
      const ring = await open();
      const [, kept] = [await ring.make("ann 1"), await ring.make("bob 1")];
      await ring.destroy("ann 1");
      await ring.destroy("ann 1");
      expect([ring.find("ann 1"), ring.isDestroyed("ann 1"), ring.isDestroyed("bob 1")]).toEqual([null, true, false]);
      await expect(ring.make("ann 1")).rejects.toThrow(/destroyed/);
      expect(ring.find("bob 1")).toEqual(kept);
    });

    test("rotates what it lies under without changing a key, and remembers to tell the log", async () => {
      const ring = await open();
      const key = await ring.make("ann 1");
      expect(ring.unlogged()).toBeNull();
      const rotation = await ring.rotate();
      if (!rotation.ok) throw new Error(rotation.error);
      expect(rotation.value).toMatchObject({ holders: 1 });
      expect(rotation.value.from).not.toBe(rotation.value.to);
      expect(ring.unlogged()).toEqual(rotation.value);
      expect(ring.find("ann 1")).toEqual(key);
      await ring.logged();
      expect(ring.unlogged()).toBeNull();
    });

    test("puts a key behind the room key, and knows how far the rotation has come", async () => {
      const ring = await open();
      expect([ring.roomLinks(), ring.rekeying()]).toEqual([[], null]);
      const key = await ring.make("ann 1");
      const begun = await ring.beginRekeying();
      if (!begun.ok) throw new Error(begun.error);
      expect(begun.value).toMatchObject({ keys: 2, isTold: false });
      expect(begun.value.from).not.toBe(begun.value.to);
      expect(ring.rekeying()).toEqual(begun.value);
      await expect(ring.beginRekeying()).rejects.toThrow(/already/);
      await ring.noteRekeying("told");
      expect(ring.rekeying()).toEqual({ ...begun.value, isTold: true });
      await ring.noteRekeying("over");
      expect(ring.rekeying()).toBeNull();
      expect(ring.roomLinks().map(({ length }) => length)).toEqual([32]);
      expect(ring.find("ann 1")).toEqual(key);
    });

    test("keeps hand-overs of the log", async () => {
      const ring = await open();
      expect(ring.handOvers()).toEqual([]);
      const handOvers = [{ note: "note", checkpoint: "checkpoint" }];
      await ring.keepHandOvers(handOvers);
      expect(ring.handOvers()).toEqual(handOvers);
    });
  });
}
