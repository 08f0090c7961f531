// What changes from one version of a policy to the next: each clause that was added, removed or changed, and in which
// direction the whole goes. The direction of the whole is that of the answers, not of the text.

import { LIMITS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import { decisiveRequests } from "./cases.ts";
import { type ClauseChange, clauseChanges } from "./clause-changes.ts";
import type { AccessRequest } from "./cover.ts";
import type { Policy } from "./document.ts";
import { type Direction, isEffectWithin, joined } from "./effect.ts";
import { evaluatePolicy, type OwnerDecision } from "./evaluate.ts";

/** A request that two versions answer differently, with both answers. */
export type Turn = {
  readonly direction: Exclude<Direction, "equal">;
  readonly access: AccessRequest;
  readonly before: OwnerDecision;
  readonly after: OwnerDecision;
};

export type Difference = {
  /** Of the whole: by every request there can be, and by whether a second signature is still asked for. */
  readonly verdict: Direction;
  readonly clauses: readonly ClauseChange[];
  /** Some requests that are answered differently, of each direction and kind a few. */
  readonly turns: readonly Turn[];
};

/**
 * Compares two versions of one partner's policy. Pure; time grows with the combinations that clauses tell apart.
 * @returns `too-many-cases` when those are more than `LIMITS.policyCases`: nothing is said then, least of all that the
 *   versions are equal
 */
export function policyDifference(before: Policy, after: Policy): Result<Difference, "too-many-cases"> {
  const turns: Turn[] = [];
  let taken = 0;
  for (const access of decisiveRequests(before, after)) {
    taken += 1;
    if (taken > LIMITS.policyCases) return err("too-many-cases");
    const turn = turnOf({ before, after }, access);
    if (turn !== null) turns.push(turn);
  }
  const clauses = clauseChanges(before, after);
  const guard = guardDirection(before, after);
  return ok({ verdict: joined([guard, ...turns.map(({ direction }) => direction)]), clauses, turns: telling(turns) });
}

/** Whether a version permits anything that the one before did not; a comparison too large to make counts as yes. */
export function isLoosening(before: Policy, after: Policy): boolean {
  const difference = policyDifference(before, after);
  return !difference.ok || difference.value.verdict === "looser" || difference.value.verdict === "both";
}

type Versions = { readonly before: Policy; readonly after: Policy };

function turnOf(versions: Versions, access: AccessRequest): Turn | null {
  const before = evaluatePolicy(versions.before, "", access);
  const after = evaluatePolicy(versions.after, "", access);
  const isTighter = isEffectWithin(after, before, access);
  const isLooser = isEffectWithin(before, after, access);
  if (isTighter && isLooser) return null;
  return { direction: isTighter ? "tighter" : isLooser ? "looser" : "both", access, before, after };
}

// Without the second signature the next loosening is one person's alone, which is more than any request shows.
function guardDirection({ loosening: before }: Policy, { loosening: after }: Policy): Direction {
  if (before?.second === after?.second) return "equal";
  return before === undefined ? "tighter" : "looser";
}

const TOLD_OF_A_KIND = 3;

// Requests that differ in the recipient or in attributes alone mostly turn for one reason, so a few of a kind tell it.
function telling(turns: readonly Turn[]): readonly Turn[] {
  const told = new Map<string, number>();
  return turns.filter(({ direction, access }) => {
    const kind = `${direction} ${access.analysis} ${access.recipient.partner === access.owner.partner}`;
    const count = told.get(kind) ?? 0;
    told.set(kind, count + 1);
    return count < TOLD_OF_A_KIND;
  });
}
