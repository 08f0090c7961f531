// The keys that rotations put behind the room key: which of them a source gives, as the key ring knows them, and where
// the next one comes from. The ring says which are in force, so that no crash between it and the source makes a third
// state: a source gives the newest as the next one, or among its links already.

import { LIMITS } from "../domain/limits.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { changeKeys, type KeysInTurn } from "./changed-keys.ts";
import { freshKey, type KeySource, keyId, type RoomKeys } from "./room-keys.ts";

/** The keys of a source, and what the key ring keeps of those that make tokens: their ids. */
type Known = { readonly room: string; readonly links: readonly string[] };

/**
 * The links that are in force.
 * @returns the whole sentence of what is wrong where the source gives other keys than these
 */
export function linksInForce(
  { name }: Pick<KeySource, "name">,
  { room, roomLinks, nextRoom }: RoomKeys,
  known: Known,
): Result<readonly Uint8Array[], string> {
  if (known.room !== keyId(room)) {
    return err(`${name} gives another key for tokens than the one that this room's lists were made with`);
  }
  const given = [...roomLinks, ...(nextRoom === null ? [] : [nextRoom])];
  const links = given.slice(0, known.links.length);
  if (roomLinks.length > known.links.length) {
    return err(
      `${name} gives ${count(roomLinks.length)} behind the room key, and the key ring knows of ` +
        `${known.links.length}: bring the key ring of the same day`,
    );
  }
  const missing = known.links.findIndex((id, index) => links[index] === undefined || keyId(links[index]) !== id);
  if (missing < 0) return ok(links);
  return err(
    `this room's lists were made with ${count(known.links.length)} behind the room key, and ${name} does not give ` +
      `the key ${known.links[missing]} as number ${missing + 1} of them: put it there`,
  );
}

function count(links: number): string {
  return links === 1 ? "1 key" : `${links} keys`;
}

/** The key that goes behind the others at a rotation: the one that the source has as its next, or a fresh one. */
export async function nextLink(sources: KeysInTurn, links: readonly Uint8Array[]): Promise<Result<Uint8Array, string>> {
  const { source } = sources;
  if (links.length >= LIMITS.roomKeyLinks) {
    return err(`the room key was rotated ${LIMITS.roomKeyLinks} times already, which is the most: begin a fresh room`);
  }
  const keys = await source.read();
  if (!keys.ok) return keys;
  const { nextRoom, room, roomLinks } = keys.value;
  const former = [room, ...roomLinks, ...links].map(keyId);
  if (nextRoom !== null && former.includes(keyId(nextRoom))) {
    return err(
      `the next room key of ${source.name} is in force already: make it the last of its links, and put another`,
    );
  }
  if (nextRoom !== null) return ok(nextRoom);
  if (source.write === null) {
    return err(
      `${source.name} gives no next room key, and the room cannot write there: put a fresh one beside the present ` +
        "(NEXT_ROOM of variables, `next.room` of a document): 32 bytes in base64url",
    );
  }
  const fresh = freshKey();
  const put = await changeKeys(sources, (now) => (now.nextRoom === null ? { ...now, nextRoom: fresh } : now));
  return put.ok ? ok(put.value.nextRoom ?? fresh) : put;
}

/** Makes the next key of a source that can be written the last of its links, once the ring has it in force. */
export async function promoteLink(sources: KeysInTurn, links: readonly string[]): Promise<void> {
  if (sources.source.write === null) return;
  await changeKeys(sources, (now) => {
    const { nextRoom, roomLinks } = now;
    const isLast = nextRoom !== null && keyId(nextRoom) === links.at(-1);
    return isLast ? { ...now, roomLinks: [...roomLinks, nextRoom], nextRoom: null } : now;
  });
}
