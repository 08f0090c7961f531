// People object to what a partner does with their data, or take a consent back, and lift that again. From the next
// computation on they are left out of what it concerns, whatever is uploaded; whoever holds a list that it concerns is
// told to remove them.

import type { AuditEntry } from "../domain/audit/entry.ts";
import { equalBytes } from "../domain/bytes.ts";
import type { UnixMillis } from "../domain/instant.ts";
import { OPERATOR, type PartnerId } from "../domain/partner/manifest.ts";
import { type Problem, problem } from "../domain/problem.ts";
import { datasetsOf } from "../domain/question/question.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { HashedIdentifier } from "../domain/subject/hashed-identifier.ts";
import { concerns, type Scope, scopesOver } from "../domain/subject/objection.ts";
import type { DataKey } from "../ports/matcher.ts";
import type { ReleaseRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { appendEntry } from "./append-entry.ts";
import { storedConsents, storedQuestion } from "./compared-list.ts";
import {
  type Count,
  concludeOnLists,
  countFound,
  type Found,
  findPeople,
  type OwnLists,
  ownLists,
  refsOf,
  stateOfLists,
  tokensOf,
  versionsWith,
} from "./find-people.ts";
import { type Held, heldOf, type Removal, recipientsOf, removalsBetween, restsOn, stateOfHeld } from "./held-lists.ts";
import { issueNotices } from "./issue-notices.ts";
import { type Kept, keepObjection, readObjections, tokenText, useIn } from "./objections.ts";
import type { Caller, Keeping, Ports } from "./ports.ts";
import { unwrapDataKey } from "./receive-part.ts";

/** What an objection, or its lifting, came to. It speaks of the partner's own lists alone. */
export type Objecting = {
  readonly at: UnixMillis;
  /** Every list of the partner: how many people of its version in force it names, and how many versions hold any. */
  readonly lists: readonly Count[];
  /** What these people, any of them, object to from now on. */
  readonly inForce: readonly Scope[];
  /** Who has collected lists that it concerns, whomever they named; nobody of a lifting. */
  readonly recipients: ReturnType<typeof recipientsOf>;
};

type ObjectPorts = Pick<Ports, "store" | "restBefore" | "matcher" | "random" | "room"> & Keeping<Objecting>;

/** Who objects to what, or lifts an objection to just that. */
type Request = {
  readonly caller: Caller;
  readonly identifiers: readonly HashedIdentifier[];
  readonly kind: Kept["kind"];
  readonly scope: Scope;
};

/**
 * Keeps an objection of the people who have any of these identifiers, by whatever else they are known in the partner's
 * lists; identifiers that nobody has are kept as well. A lifting ends objections to exactly its scope. Costs a pass
 * over every version that the partner has, and each collected list that it concerns and that held somebody, twice.
 */
export async function objectPeople(ports: ObjectPorts, request: Request): Promise<Result<Objecting, Problem>> {
  const { partner } = request.caller;
  if (partner === OPERATOR) return err(problem("partner-only", "the operator has no list with people in it"));
  return concludeOnLists(ports, {
    partner,
    name: "object people",
    read: (tx) => openLists(ports, tx, request),
    work: (lists) => lookUp(ports, lists, request),
    isAsThen: (tx, lists) => isAsThen(ports, tx, { partner, lists }),
    conclude: (tx, on) => conclude(ports, tx, { request, ...on }),
  });
}

type Lists = {
  readonly dataKey: DataKey;
  readonly lists: OwnLists;
  readonly objections: readonly Kept[];
  /** Collected lists that it concerns; none of a lifting. */
  readonly held: Held;
};

async function openLists(ports: ObjectPorts, tx: Transaction, { caller, kind, scope }: Request): Promise<Lists> {
  const { partner } = caller;
  const key = unwrapDataKey(tx, ports.room.keyRing, partner);
  const objections = (await readObjections(ports, tx, [[partner, key]])).get(partner);
  if (objections === undefined) throw new Error("a partner's objections were not read");
  const lists = await ownLists(tx, partner);
  const isMeant = (release: ReleaseRow) => isConcerned(release, { partner, scope });
  const held = await heldOf(ports, tx, { datasets: kind === "made" ? refsOf(lists) : [], isMeant });
  return { dataKey: await key, lists, objections, held };
}

// The consents of a list are of those that it is made from, so of the partner's own too where it received it.
function isConcerned(release: ReleaseRow, { partner, scope }: ScopeOf): boolean {
  const question = storedQuestion(release);
  const used = { question, consents: storedConsents(release).consents };
  const own = datasetsOf(question).filter((list) => list.startsWith(`${partner}/`));
  return own.some((list) => concerns(scope, useIn(used, list)));
}

type ScopeOf = { readonly partner: PartnerId; readonly scope: Scope };
type Made = { readonly found: Found; readonly removals: readonly Removal[] };

/** After every entry that there is, as the one will be that is being made. */
const LATEST = Number.MAX_SAFE_INTEGER;

async function lookUp(ports: ObjectPorts, lists: Lists, request: Request): Promise<Made> {
  const { caller, identifiers, kind, scope } = request;
  const found = await findPeople(ports, lists, tokensOf(ports, identifiers));
  const added: Kept = { entry: LATEST, kind, scope, keys: found.tokens.map(tokenText) };
  const touched = versionsWith(found);
  const removals = await removalsBetween(ports, lists.held, {
    touches: (held) => restsOn(held, touched),
    after: (held) => {
      const objections = new Map(held.opened.objections).set(caller.partner, [...lists.objections, added]);
      return { ...held, opened: { ...held.opened, objections } };
    },
  });
  return { found, removals };
}

type Seen = { readonly partner: PartnerId; readonly lists: Lists };

async function isAsThen(ports: ObjectPorts, tx: Transaction, { partner, lists }: Seen): Promise<boolean> {
  const { dataKey, objections, held } = lists;
  const [count, now] = [await tx.objections.count(partner), await ownLists(tx, partner)];
  if (count !== objections.length || stateOfLists(now) !== stateOfLists(lists.lists)) return false;
  if ((await stateOfHeld(tx, held)) !== held.state) return false;
  return equalBytes(await unwrapDataKey(tx, ports.room.keyRing, partner), dataKey);
}

type Concluding = { readonly request: Request; readonly lists: Lists; readonly made: Made };

/** Keeps the objection, tells whoever holds a list, and writes the entry. */
async function conclude(ports: ObjectPorts, tx: Transaction, { request, lists, made }: Concluding): Promise<Objecting> {
  const { caller, identifiers, kind, scope } = request;
  const { partner } = caller;
  const { dataKey, objections, held } = lists;
  const { found, removals } = made;
  const counts = countFound(lists.lists, found);
  const recipients = recipientsOf(held);
  const detail = {
    ...scope,
    identifiers: identifiers.length,
    lists: counts.map((list) => ({ ...list })),
    recipients: recipients.map((one) => ({ ...one })),
  };
  const happening = { act: actOf(kind, scope), actor: caller, parties: [partner], subject: {}, detail };
  const { index: entry } = await appendEntry(ports, tx, happening);
  const number = objections.length + 1;
  await keepObjection(ports, tx, { partner, dataKey, number, entry, kind, scope, tokens: found.tokens });
  await issueNotices(ports, tx, removals);
  const keys = found.tokens.map(tokenText);
  const inForce = scopesOver([...objections, { entry, kind, scope, keys }], new Set(keys));
  const objecting = { at: tx.now, lists: counts, inForce, recipients };
  await ports.keep(tx, ok(objecting));
  return objecting;
}

function actOf(kind: Kept["kind"], scope: Scope): AuditEntry["act"] {
  if ("consent" in scope) return kind === "made" ? "consent-withdrawn" : "consent-restored";
  return kind === "made" ? "people-objected" : "objection-lifted";
}
