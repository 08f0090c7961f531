// What a refusal rests on, in words of a closed list: for the server's own log and its metrics, which tell how often
// budgets, caps, clauses and quotas stop somebody, and never whom or about what.

import type { Problem } from "../domain/problem.ts";

/** Members of documents by which a clause is told; a clause of another member is told by its document. */
const MEMBERS = [
  "budget",
  "requestsPerPeriod",
  "contactsPerPerson",
  "affiliates",
  "approvalWithin",
  "grants",
  "prohibitions",
  "analyses",
];
const DOCUMENTS = ["contract", "policy"];
const QUOTAS = ["partner", "hand", "bytes", "stranger", "deletion", "parts", "questions", "waiting"];

const BECAUSE: readonly string[] = [...MEMBERS, ...DOCUMENTS, ...QUOTAS];

/** The words for a refusal, each once; none for most kinds of problem. */
export function becauseOf({ extra = {} }: Problem): readonly string[] {
  const quotas = listOf(extra["violated-policies"]);
  const clauses = listOf(extra["reasons"]).map(clauseOf);
  const words = [...quotas, ...clauses].filter((word): word is string => BECAUSE.some((known) => known === word));
  return [...new Set(words)];
}

function clauseOf(reason: unknown): unknown {
  if (typeof reason !== "object" || reason === null || !("effect" in reason && "pointer" in reason)) return null;
  if (reason.effect !== "denies" || typeof reason.pointer !== "string") return null;
  const steps = reason.pointer.split("/");
  const member = MEMBERS.find((name) => steps.includes(name));
  return member ?? ("document" in reason ? reason.document : null);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
