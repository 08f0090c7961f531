// The keys that sign for the room's log, out of the source of its keys and the notes that its database holds. Which of
// them signs is the log's to say, so that no crash between the two makes a second history.

import { generateSigningKey, type SigningKey } from "../crypto/jwk.ts";
import { everyKey, firstKeyIn, followKeys, handOverNotes, type LogKey, lastOf } from "../crypto/log-key.ts";
import { parseVerifierKey, rawPublicKey, verifierKey } from "../crypto/signed-note.ts";
import { OPERATOR } from "../domain/partner/manifest.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { KeptHandOver, KeyRing } from "../ports/key-ring.ts";
import type { Store } from "../ports/store.ts";
import { changeKeys, type KeysInTurn } from "./changed-keys.ts";
import type { RoomKeys } from "./room-keys.ts";

/** The port that the room signs with; see `app/ports.ts` for what its parts mean. */
export type OpenedLogKeys = {
  /** The log's name, after its first key: a checkpoint of another key is another log's. */
  readonly origin: string;
  readonly known: () => LogKey;
  readonly signer: (thumbprint: string | null) => SigningKey;
  readonly next: () => Promise<Result<SigningKey, string>>;
  readonly refresh: () => Promise<void>;
  readonly follow: (handOver: KeptHandOver) => Promise<void>;
};

/** Where the keys come from, with what was read there, and the ring beside them. */
export type LogKeySources = KeysInTurn & {
  readonly keys: RoomKeys;
  readonly keyRing: Pick<KeyRing, "handOvers" | "keepHandOvers">;
};

/**
 * Opens the log's keys for the room that serves. Where a hand-over was cut short, the ring keeps it now, and a source
 * that can be written forgets the former key.
 * @returns the end of a sentence that begins with where the keys came from
 */
export async function openLogKeys(store: Store, sources: LogKeySources): Promise<Result<OpenedLogKeys, string>> {
  const { keys, keyRing } = sources;
  const read = await readLogKeys(store, sources);
  if (!read.ok) return read;
  const { told, signing } = read.value;
  if (told.length > keyRing.handOvers().length) await keyRing.keepHandOvers(told);
  if (keys.nextLog !== null && nameOf(keys.nextLog) === signing) await promote(sources, signing);
  return ok(logKeysOf(read.value, store, sources));
}

/**
 * A store whose transactions run again once where another server has handed the log over to a key that this one has not
 * read yet.
 */
export function storeWithNewKeys(store: Store, { refresh }: Pick<OpenedLogKeys, "refresh">): Store {
  const again =
    (run: Store["note"]): Store["note"] =>
    (act, work) =>
      run(act, work).catch(async (failure: unknown) => {
        if (!(failure instanceof KeyNotHeld)) throw failure;
        await refresh();
        return run(act, work);
      });
  return { ...store, read: again(store.read), note: again(store.note), write: again(store.write) };
}

class KeyNotHeld extends Error {
  override readonly name = "KeyNotHeld";
}

/** Opens the log's keys to sign with, beside the room that serves: what it keeps of them is left to it. */
export async function borrowLogKeys(store: Store, sources: LogKeySources): Promise<Result<OpenedLogKeys, string>> {
  const read = await readLogKeys(store, sources);
  const kept = async () => {
    throw new Error("a log is handed over by the room that serves alone");
  };
  return read.ok ? ok({ ...logKeysOf(read.value, store, sources), next: kept, follow: kept }) : read;
}

/** The name of the log that keys sign for, as far as they and the ring tell without its database. */
export function logNameOf({ keys, keyRing }: Pick<LogKeySources, "keys" | "keyRing">): string {
  return firstKey(keys, keyRing.handOvers()).name;
}

type ReadKeys = { readonly known: LogKey; readonly told: readonly KeptHandOver[]; readonly signing: string };

// A ring that keeps more hand-overs than the database tells of is that of a database put back from before them: its
// key may be gone, and the room's standing falls by the checkpoint that the ring keeps.
async function readLogKeys(store: Store, { keys, keyRing }: LogKeySources): Promise<Result<ReadKeys, string>> {
  const told = await store.read({ name: "read hand-overs", parties: [OPERATOR] }, (tx) => tx.log.handOvers());
  const kept = keyRing.handOvers();
  const [longer, shorter] = told.length >= kept.length ? [told, kept] : [kept, told];
  const followed = followKeys(firstKey(keys, longer), notesOf(longer));
  if (!followed.ok || !followKeys(followed.value, notesOf(shorter)).ok) {
    return err("do not fit the database: its notes of keys that followed each other do not hold");
  }
  const known = followed.value;
  const signing = (everyKey(known)[told.length] ?? known).key.thumbprint;
  const isHeld = [keys.log, keys.nextLog].some((key) => key !== null && nameOf(key) === signing);
  if (!isHeld && told.length >= kept.length) return err("are not this room's: its log was signed with another key");
  return ok({ known, told, signing });
}

function logKeysOf(read: ReadKeys, store: Store, sources: LogKeySources): OpenedLogKeys {
  const { source, keys, keyRing } = sources;
  let { known } = read;
  const first = known.key.thumbprint;
  const held = new Map<string, SigningKey>();
  const holdBoth = ({ log, nextLog }: RoomKeys) => {
    for (const key of nextLog === null ? [log] : [log, nextLog]) held.set(nameOf(key), key);
  };
  holdBoth(keys);
  return {
    origin: known.name,
    known: () => known,
    signer: (thumbprint) => {
      const key = held.get(thumbprint ?? first);
      if (key === undefined) throw new KeyNotHeld("the room does not hold the key that signs for its log");
      return key;
    },
    next: async () => {
      const next = await nextKey(sources, lastOf(known).key.thumbprint);
      if (next.ok) held.set(nameOf(next.value), next.value);
      return next;
    },
    refresh: async () => {
      const fresh = await source.read();
      if (!fresh.ok) throw new Error(fresh.error);
      holdBoth(fresh.value);
      const again = await readLogKeys(store, { ...sources, keys: fresh.value });
      if (!again.ok) throw new Error(`the keys of ${source.name} ${again.error}`);
      known = again.value.known;
    },
    follow: async (handOver) => {
      const further = followKeys(known, [...handOverNotes(known), handOver.note]);
      if (!further.ok) throw new Error("the log's key does not hand over to the one that follows");
      known = further.value;
      await keyRing.keepHandOvers([...keyRing.handOvers(), handOver]);
      await promote(sources, lastOf(known).key.thumbprint);
    },
  };
}

function firstKey(keys: RoomKeys, handOvers: readonly KeptHandOver[]): LogKey {
  return firstKeyIn(notesOf(handOvers)) ?? firstOf(keys.log);
}

function notesOf(handOvers: readonly KeptHandOver[]): readonly string[] {
  return handOvers.map(({ note }) => note);
}

function firstOf(key: SigningKey): LogKey {
  const name = `concordat/${nameOf(key)}`;
  const parsed = parseVerifierKey(verifierKey(name, rawPublicKey(key.publicKey)));
  if (!parsed.ok) throw new Error("the room's own key does not read");
  return parsed.value;
}

function nameOf(key: SigningKey): string {
  return key.publicKey.thumbprint;
}

async function nextKey(sources: KeysInTurn, signing: string): Promise<Result<SigningKey, string>> {
  const { source } = sources;
  const keys = await source.read();
  if (!keys.ok) return keys;
  const { log, nextLog } = keys.value;
  if (![log, nextLog].some((key) => key !== null && nameOf(key) === signing)) {
    return err(`${source.name} gives other keys now than the one that signs for the log`);
  }
  const isFree = (next: SigningKey | null): next is SigningKey => next !== null && nameOf(next) !== signing;
  if (isFree(nextLog)) return ok(nextLog);
  if (source.write === null) {
    return err(
      `${source.name} gives no next key of the log, and the room cannot write there: put one beside the present`,
    );
  }
  const fresh = generateSigningKey().key;
  const put = await changeKeys(sources, (now) =>
    isFree(now.nextLog) ? now : { ...promoted(now, signing), nextLog: fresh },
  );
  return put.ok ? ok(put.value.nextLog ?? fresh) : put;
}

async function promote(sources: KeysInTurn, signing: string): Promise<void> {
  if (sources.source.write === null) return;
  await changeKeys(sources, (now) => promoted(now, signing));
}

function promoted(keys: RoomKeys, signing: string): RoomKeys {
  const { nextLog } = keys;
  return nextLog !== null && nameOf(nextLog) === signing ? { ...keys, log: nextLog, nextLog: null } : keys;
}
