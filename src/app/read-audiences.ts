// Lists of people that a partner asked for, whatever became of them: those that wait for approval, those that can be
// collected, those whose time is over, those that were refused. By the database's clock, as collecting is.

import { givesRecords } from "../domain/policy/limits-document.ts";
import { questionSchema } from "../domain/question/question.ts";
import type { ReleaseRow } from "../ports/rows.ts";
import type { Transaction } from "../ports/store.ts";
import { type RequestView, requestView } from "./await-approval.ts";
import { contractFile, stateOf } from "./offer-contract.ts";
import type { Caller, Ports } from "./ports.ts";

/**
 * A list that was asked for. `over`: its time, or its contract's, is up. `stopped`: its contract is not in force now.
 * `withheld`: too few people, too many, or too like an earlier list; nobody is told which.
 */
export type AskedList =
  | { readonly kind: "waiting" | "refused"; readonly request: RequestView }
  | { readonly kind: "ready" | "over" | "stopped" | "withheld"; readonly release: ReleaseRow };

/** Releases and ended requests through which is looked, newest first. */
const LOOKED_THROUGH = 500;

/** The caller's lists, newest first within what waits, what ended without one, and what was given. */
export function listAudiences(
  ports: Pick<Ports, "store">,
  { caller }: { readonly caller: Caller },
): Promise<readonly AskedList[]> {
  const { partner } = caller;
  const page = { after: null, limit: LOOKED_THROUGH };
  return ports.store.read({ name: "list audiences", parties: [partner] }, async (tx) => {
    const [open, ended, releases] = await Promise.all([
      tx.requests.listOpen(partner, page),
      tx.requests.listEnded(partner, page),
      tx.releases.list(partner, page),
    ]);
    const asked = [...open, ...ended].map((file) => requestView(tx, file, partner));
    return [
      ...asked.filter(({ file }) => file.recipient === partner && isOfList(file.question)).flatMap(inRequest),
      ...(await givenIn(
        tx,
        releases.filter(({ analysis }) => givesRecords(analysis)),
      )),
    ];
  });
}

/** Where one of the caller's lists stands. */
export function readAudience(
  ports: Pick<Ports, "store">,
  { caller, release }: { readonly caller: Caller; readonly release: ReleaseRow },
): Promise<AskedList | null> {
  const act = { name: "read audience", parties: [caller.partner] };
  return ports.store.read(act, async (tx) => {
    const [list = null] = await givenIn(tx, [release]);
    return list;
  });
}

/** Whether a stored question asks for a list of records. */
export function isOfList(question: string): boolean {
  const parsed = questionSchema.safeParse(JSON.parse(question));
  return parsed.success && givesRecords(parsed.data.analysis);
}

// A request that was answered is its release; one that its asker took back is nothing any more.
function inRequest(request: RequestView): AskedList[] {
  const { kind } = request.state;
  if (kind === "waiting") return [{ kind, request }];
  return kind === "released" || kind === "withdrawn" ? [] : [{ kind: "refused", request }];
}

async function givenIn(tx: Transaction, releases: readonly ReleaseRow[]): Promise<AskedList[]> {
  const contracts = [...new Set(releases.map(({ contract }) => contract))];
  const states = new Map(
    await Promise.all(contracts.map(async (id) => [id, stateOf(tx, await contractFile(tx, id)).kind] as const)),
  );
  return releases.map((release) => {
    if (release.outcome === "withheld") return { kind: "withheld", release };
    if (tx.now >= release.expiresAt) return { kind: "over", release };
    const state = states.get(release.contract);
    if (state === "in-force") return { kind: "ready", release };
    return { kind: state === "suspended" ? "stopped" : "over", release };
  });
}
