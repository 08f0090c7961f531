// What every source of a room's keys is held to: it gives the keys that were put there, and of what it cannot use it
// says where and why, and never what stood there.

import { describe, expect, test } from "vitest";
import { generateSigningKey } from "../crypto/jwk.ts";
import { toBase64Url } from "../domain/bytes.ts";
import { freshKey, type KeySource } from "../storage/room-keys.ts";

/** Keys as they are put into a source, by the names of the document. */
export type PutKeys = {
  readonly wrapping?: string;
  readonly room?: string;
  readonly roomLinks?: readonly string[];
  readonly log?: object | string;
  readonly next?: { readonly wrapping?: string; readonly room?: string };
};

/** Fresh keys as text. */
export function freshKeys() {
  const fresh = () => toBase64Url(freshKey());
  return { wrapping: fresh(), room: fresh(), log: generateSigningKey().privateJwk };
}

/** Tests sources that hold what is `put` there; null stands for nothing at all. */
export function keySourceSuite(name: string, put: (keys: PutKeys | null) => Promise<KeySource>): void {
  describe(name, () => {
    test("gives the keys that were put there, and the next wrapping key beside them", async () => {
      const keys = freshKeys();
      const next = { wrapping: toBase64Url(freshKey()) };
      for (const one of [keys, { ...keys, next }]) {
        const read = await (await put(one)).read();
        if (!read.ok) throw new Error(read.error);
        const { wrapping, nextWrapping, room, log } = read.value;
        expect([toBase64Url(wrapping), toBase64Url(room)]).toEqual([keys.wrapping, keys.room]);
        expect(nextWrapping === null ? undefined : { wrapping: toBase64Url(nextWrapping) }).toEqual(
          "next" in one ? next : undefined,
        );
        expect(log.publicKey.jwk.x).toBe(keys.log.x);
      }
    });

    test("gives the keys that rotations put behind the room key, in their order, and the next of them", async () => {
      const [keys, one, two, room] = [freshKeys(), ...[1, 2, 3].map(() => toBase64Url(freshKey()))];
      if (one === undefined || two === undefined || room === undefined) throw new Error("three keys");
      for (const [links, next] of [
        [[], undefined],
        [[one, two], { room }],
      ] as const) {
        const put_ = { ...keys, ...(links.length === 0 ? {} : { roomLinks: links }), ...(next && { next }) };
        const read = await (await put(put_)).read();
        if (!read.ok) throw new Error(read.error);
        const { roomLinks, nextRoom } = read.value;
        expect(roomLinks.map((link) => toBase64Url(link))).toEqual(links);
        expect(nextRoom === null ? undefined : toBase64Url(nextRoom)).toBe(next?.room);
      }
    });

    test("refuses what is missing or malformed by its place, and tells nothing of what stands there", async () => {
      const keys = freshKeys();
      const { d: _, ...publicPart } = keys.log;
      const wrong: [PutKeys | null, RegExp][] = [
        [null, /./],
        [{ wrapping: keys.wrapping, room: keys.room }, /LOG|hold the keys/],
        [{ ...keys, wrapping: `${keys.wrapping}AA` }, /wrapping.*32 bytes in base64url/i],
        [{ ...keys, room: keys.room.slice(2) }, /room.*32 bytes in base64url/i],
        [{ ...keys, next: { wrapping: "" } }, /next.?wrapping.*32 bytes/i],
        [{ ...keys, next: { room: keys.room.slice(2) } }, /next.?room.*32 bytes/i],
        [{ ...keys, roomLinks: [keys.wrapping, keys.room.slice(2)] }, /room_?links.*32 bytes/i],
        [{ ...keys, log: publicPart }, /log.*private Ed25519 key/i],
        [{ ...keys, log: { ...keys.log, d: keys.room } }, /log.*private Ed25519 key/i],
      ];
      for (const [given, says] of wrong) {
        const read = await (await put(given)).read();
        expect(read.ok ? "taken" : read.error).toMatch(says);
        for (const secret of [keys.wrapping, keys.room, keys.log.d]) {
          expect(JSON.stringify(read)).not.toContain(secret.slice(0, 12));
        }
      }
    });
  });
}
