// Whether the room's log is the one that its key has signed before. A log that was put back, or rewritten, is told from
// checkpoints outside the database: the room's own memory, and what witnesses bring. Such a room signs nothing more.

import { everyKey } from "../crypto/log-key.ts";
import { verifyNote } from "../crypto/signed-note.ts";
import { type Checkpoint, parseCheckpoint } from "../domain/audit/checkpoint.ts";
import { type Contradiction, contradictionInWords } from "../domain/audit/comparison.ts";
import { EMPTY_FRONTIER, frontierPlan, leafHash, rootOf } from "../domain/audit/merkle.ts";
import { equalBytes, utf8 } from "../domain/bytes.ts";
import { OPERATOR } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { LogHead } from "../ports/rows.ts";
import type { Store, Transaction } from "../ports/store.ts";
import type { Ports, Room, Standing } from "./ports.ts";

/** The name of the error with which a logged act is refused in a room whose log contradicts what it has signed. */
export const LOG_BEHIND = "LogBehind";

/** The store of a room that writes no entry once its log is found not to be the one that it has signed. */
export function storeWhileSound(store: Store, standing: Standing): Store {
  return {
    ...store,
    write: async (act, work) => {
      // INVARIANT: every signature of the room's log is made inside a logged act, so none is made past this line.
      const contradiction = standing.of();
      if (contradiction !== null) {
        throw Object.assign(new Error(contradictionInWords(contradiction)), { name: LOG_BEHIND });
      }
      return store.write(act, work);
    },
  };
}

/** What a room that is not sound answers whoever would change anything. */
export function behindProblem(contradiction: Contradiction): Problem {
  const { kind, size } = contradiction;
  const shown = kind === "torn" ? {} : { signed: contradiction.shown.size };
  return problem("log-behind", contradictionInWords(contradiction), { contradiction: kind, size, ...shown });
}

/**
 * Compares the log with itself and with what the room and its key ring remember, and lets its standing fall where
 * they differ. One transaction that reads; O(log size) hashes.
 */
export async function checkStanding(
  ports: Pick<Ports, "store" | "room" | "memory" | "standing">,
): Promise<Result<null, string>> {
  const shown: Checkpoint[] = [];
  for (const note of [await ports.memory.recall(), ports.room.keyRing.handOvers().at(-1)?.checkpoint]) {
    const opened = note === null || note === undefined ? null : openOwn(ports.room, note);
    if (opened?.ok === false) return err("what the room remembers of its log was not signed by its key");
    if (opened !== null) shown.push(opened.value);
  }
  const act = { name: "check log", parties: [OPERATOR] };
  const found = await ports.store.read(act, async (tx) => {
    const torn = await tornHead(tx);
    if (torn !== null) return torn;
    const contradictions = await Promise.all(shown.map((checkpoint) => contradictionOf(tx, checkpoint)));
    return contradictions.find((contradiction) => contradiction !== null) ?? null;
  });
  if (found !== null) ports.standing.fall(found);
  return ok(null);
}

/** What came of comparing a log with checkpoints from outside its database. */
export type Confronted = {
  /** Entries of the largest of them; null where there was none. */
  readonly compared: number | null;
  readonly contradiction: Contradiction | null;
};

/**
 * Compares a log that was put back with checkpoints that others kept of it, and remembers what contradicts it, or else
 * its own last one: no later start forgets either.
 * @returns the place of a note that this room's key has not signed
 */
export async function confront(
  ports: Pick<Ports, "store" | "room" | "memory" | "standing">,
  notes: readonly string[],
): Promise<Result<Confronted, { readonly strange: number }>> {
  const shown: { readonly note: string; readonly checkpoint: Checkpoint }[] = [];
  for (const [strange, note] of notes.entries()) {
    const opened = openOwn(ports.room, note);
    if (!opened.ok) return err({ strange });
    shown.push({ note, checkpoint: opened.value });
  }
  // The largest first: of several that contradict, the one that shows most is remembered.
  shown.sort((left, right) => right.checkpoint.size - left.checkpoint.size);
  const compared = shown[0]?.checkpoint.size ?? null;
  for (const { note, checkpoint } of shown) {
    const act = { name: "compare log", parties: [OPERATOR] };
    const contradiction = await ports.store.read(act, (tx) => contradictionOf(tx, checkpoint));
    if (contradiction === null) continue;
    ports.standing.fall(contradiction);
    await ports.memory.remember(note);
    return ok({ compared, contradiction });
  }
  return ok({ compared, contradiction: null });
}

/** How the log fails to be the one of a checkpoint that the room's key has signed; null when it is, or only grew. */
export async function contradictionOf(tx: Transaction, shown: Checkpoint): Promise<Contradiction | null> {
  const { size } = await tx.log.head();
  if (shown.size > size) return { kind: "behind", shown, size };
  const root = await rootAt(tx, shown.size);
  if (root === null) return { kind: "torn", size };
  return equalBytes(root, shown.root) ? null : { kind: "forked", shown, size };
}

/** Opens a note that must be a checkpoint of this room's, whoever brings it. Others' lines are passed over. */
export function openOwn(room: Room, note: string): Result<Checkpoint, "not-of-this-room"> {
  const opened = verifyNote(utf8(note), everyKey(room.logKeys.known()));
  const checkpoint = opened.ok ? parseCheckpoint(opened.value.text) : opened;
  return checkpoint.ok && checkpoint.value.origin === room.origin ? checkpoint : err("not-of-this-room");
}

// The root over the first `size` entries, from the complete subtrees; null when one of them is gone.
async function rootAt(tx: Transaction, size: number): Promise<Uint8Array | null> {
  if (size === 0) return rootOf(EMPTY_FRONTIER);
  const plan = frontierPlan(size);
  const nodes = await tx.log.nodes(plan);
  return nodes.length === plan.length ? rootOf({ size, hashes: nodes.map(({ hash }) => hash) }) : null;
}

// The head is a copy of the tree's right edge: whoever took entries or hashes away and left it is found here.
async function tornHead(tx: Transaction): Promise<Contradiction | null> {
  const head = await tx.log.head();
  if (head.size === 0) return null;
  return (await isWhole(tx, head)) ? null : { kind: "torn", size: head.size };
}

async function isWhole(tx: Transaction, { size, frontier }: LogHead): Promise<boolean> {
  const root = await rootAt(tx, size);
  if (root === null || !equalBytes(root, rootOf({ size, hashes: frontier }))) return false;
  const [last] = await tx.log.entries(size - 1, 1);
  const [leaf] = await tx.log.nodes([{ level: 0, index: size - 1 }]);
  return last !== undefined && leaf !== undefined && equalBytes(leafHash(utf8(last.entry)), leaf.hash);
}
