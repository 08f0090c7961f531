// What two checkpoints of a log say of each other, and what each contradiction is called: two roots of one size, a log
// that is shorter than one it signed, one that did not grow from the other (RFC 9162 §2.1.4).

import { equalBytes } from "../bytes.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { verifyConsistency } from "./proof.ts";

/**
 * - `same`: one tree
 * - `grown`: a proof shows that the larger begins with the smaller
 * - `not-grown`: what was given as a proof does not show it, which says nothing of whether another would
 * - `unproven`: two sizes and no proof between them
 * - `two-roots`: one size and two roots, which no honest log ever signs
 * - `another-log`: the origins differ, so neither says anything of the other
 */
export type Comparison = {
  readonly kind: "same" | "grown" | "not-grown" | "unproven" | "two-roots" | "another-log";
  readonly smaller: Checkpoint;
  readonly larger: Checkpoint;
};

/**
 * Compares two checkpoints whose signatures the caller has verified.
 * @param proof  a consistency proof from the smaller size to the larger, or null where none is at hand
 */
export function compareCheckpoints(
  [left, right]: readonly [Checkpoint, Checkpoint],
  proof: readonly Uint8Array[] | null,
): Comparison {
  const [smaller, larger] = left.size <= right.size ? [left, right] : [right, left];
  const sizes = { smaller, larger };
  if (left.origin !== right.origin) return { kind: "another-log", ...sizes };
  if (left.size === right.size) return { kind: equalBytes(left.root, right.root) ? "same" : "two-roots", ...sizes };
  const given = proof ?? (smaller.size === 0 ? [] : null);
  if (given === null) return { kind: "unproven", ...sizes };
  const claim = { first: smaller.size, second: larger.size, firstRoot: smaller.root, secondRoot: larger.root };
  return { kind: verifyConsistency({ ...claim, proof: given }) ? "grown" : "not-grown", ...sizes };
}

/**
 * How a room's own log fails to be the one that its key has signed before.
 * - `behind`: it has fewer entries than a checkpoint of the room's
 * - `forked`: it has another root at that size
 * - `torn`: it lacks parts of its own tree
 */
export type Contradiction =
  | { readonly kind: "behind" | "forked"; readonly shown: Checkpoint; readonly size: number }
  | { readonly kind: "torn"; readonly size: number };

/** A contradiction in a sentence, with sizes alone. */
export function contradictionInWords(contradiction: Contradiction): string {
  const { kind, size } = contradiction;
  if (kind === "torn") return `its log says that it has ${size} entries and lacks parts of its tree`;
  const { shown } = contradiction;
  if (kind === "behind") return `its log has ${size} entries, and its key has signed one of ${shown.size}`;
  return `its log has another root at ${shown.size} entries than the one that its key has signed`;
}
