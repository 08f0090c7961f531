// What changes from one version of a policy to the next: each clause that was added, removed or changed, and in which
// direction the whole goes. The direction of the whole is that of the answers, not of the text.

import { LIMITS } from "../limits.ts";
import { err, ok, type Result } from "../result.ts";
import { type Case, decisiveRequests } from "./cases.ts";
import { type ClauseChange, clauseChanges } from "./clause-changes.ts";
import type { AccessRequest } from "./cover.ts";
import type { Policy } from "./document.ts";
import { type Direction, directionOf, isEffectWithin, joined } from "./effect.ts";
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
 * @returns `too-many-cases` when those take more than `LIMITS.comparisonSteps`: nothing is said then, least of all that
 *   the versions are equal
 */
export function policyDifference(before: Policy, after: Policy): Result<Difference, "too-many-cases"> {
  const steps = { left: LIMITS.comparisonSteps };
  const turns: Turning[] = [];
  for (const one of decisiveRequests(before, after, steps)) {
    const direction = directionAt(one);
    if (direction !== "equal") turns.push({ direction, access: one.access });
  }
  if (steps.left < 0) return err("too-many-cases");
  const clauses = clauseChanges(before, after);
  const verdict = joined([guardDirection(before, after), ...turns.map(({ direction }) => direction)]);
  const told = telling(turns).map((turn) => {
    const [was, is] = [evaluatePolicy(before, "", turn.access), evaluatePolicy(after, "", turn.access)];
    return { ...turn, before: was, after: is };
  });
  return ok({ verdict, clauses, turns: told });
}

/** Whether a version permits anything that the one before did not; a comparison too large to make counts as yes. */
export function isLoosening(before: Policy, after: Policy): boolean {
  const difference = policyDifference(before, after);
  return !difference.ok || difference.value.verdict === "looser" || difference.value.verdict === "both";
}

type Turning = Pick<Turn, "direction" | "access">;

function directionAt({ access, policies: [before, after] }: Case): Direction {
  const answers = { before: evaluatePolicy(before, "", access), after: evaluatePolicy(after, "", access) };
  return directionOf((inner, outer) => isEffectWithin(inner, outer, access), answers);
}

// Without the second signature the next loosening is one person's alone, which is more than any request shows.
function guardDirection({ loosening: before }: Policy, { loosening: after }: Policy): Direction {
  if (before?.second === after?.second) return "equal";
  return before === undefined ? "tighter" : "looser";
}

const TOLD_OF_A_KIND = 3;

// Requests that differ in the recipient or in attributes alone mostly turn for one reason, so a few of a kind tell it.
function telling(turns: readonly Turning[]): readonly Turning[] {
  const told = new Map<string, number>();
  return turns.filter(({ direction, access }) => {
    const kind = `${direction} ${access.analysis} ${access.recipient.partner === access.owner.partner}`;
    const count = told.get(kind) ?? 0;
    told.set(kind, count + 1);
    return count < TOLD_OF_A_KIND;
  });
}
