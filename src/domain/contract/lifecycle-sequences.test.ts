// The state machine over random sequences of events against a slow and obvious replay: two versions of one contract,
// with a member that leaves and one that joins, signed, refused, suspended, resumed and terminated in any order on any
// days, each act tried by anybody.

import fc from "fast-check";
import { expect, it } from "vitest";
import { contractJson, HARBOUR, MERIDIAN, SUNLINE } from "../../testing/documents.ts";
import { unixMillis } from "../instant.ts";
import { type PartnerId, partnerIdSchema } from "../partner/manifest.ts";
import { contractId, contractSchema } from "./document.ts";
import {
  type ContractAct,
  type ContractEvent,
  type ContractSignature,
  contractState,
  isAmendable,
  mayAct,
} from "./lifecycle.ts";

const AT = unixMillis(1_790_000_000_000);
const STRANGER = partnerIdSchema.parse("aurora-air");
const VALIDITY = { from: "2026-03-01", until: "2026-09-30" };
const FIRST = contractSchema.parse({ ...contractJson([SUNLINE, HARBOUR]), validity: VALIDITY });
const SECOND = contractSchema.parse({
  ...contractJson([SUNLINE, MERIDIAN]),
  ...{ version: 2, previous: contractId(FIRST), validity: { from: "2026-05-01", until: "2026-12-31" } },
});
const VERSIONS = [
  { contract: FIRST, members: [SUNLINE, HARBOUR], leaving: [] },
  { contract: SECOND, members: [SUNLINE, MERIDIAN], leaving: [HARBOUR] },
] as const;

/** What a clerk would keep on paper, one word at a time. */
type Paper = {
  readonly signed: Set<PartnerId>;
  readonly suspended: Set<PartnerId>;
  end: { readonly kind: "refused" | "terminated"; readonly on: string } | null;
};

const EVENT = { refuse: "refused", suspend: "suspended", resume: "resumed", terminate: "terminated" } as const;

// Ends are rare and signatures frequent, so that most runs see both versions signed by all.
const kind = fc.oneof(
  { weight: 12, arbitrary: fc.constant("sign" as const) },
  { weight: 2, arbitrary: fc.constantFrom("suspend" as const, "resume" as const) },
  { weight: 1, arbitrary: fc.constantFrom("refuse" as const, "terminate" as const) },
);
const step = fc.record({
  version: fc.constantFrom(0 as const, 1 as const),
  kind,
  partner: fc.constantFrom(SUNLINE, HARBOUR, MERIDIAN, STRANGER),
  after: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1),
});
const DAYS = [
  ...["2026-02-28", "2026-03-01", "2026-04-01", "2026-04-30", "2026-05-01", "2026-05-02", "2026-08-01"],
  ...["2026-09-30", "2026-10-01", "2026-11-01", "2026-12-31", "2027-01-01"],
];

function isAllOf(signed: ReadonlySet<PartnerId>, version: 0 | 1): boolean {
  return [...VERSIONS[version].members, ...VERSIONS[version].leaving].every((one) => signed.has(one));
}

function stateOnPaper(paper: readonly [Paper, Paper], version: 0 | 1, today: string): string {
  const own = paper[version];
  if (own.end !== null) return own.end.kind;
  if (version === 0 && isSucceeded(paper) && today >= SECOND.validity.from) return "replaced";
  if (today > VERSIONS[version].contract.validity.until) return "expired";
  if (!isAllOf(own.signed, version)) return "offered";
  if (own.suspended.size > 0) return "suspended";
  return today < VERSIONS[version].contract.validity.from ? "signed-not-yet-valid" : "in-force";
}

// Ended before its first day, a later version never takes the place of the one before.
function isSucceeded([, second]: readonly [Paper, Paper]): boolean {
  return isAllOf(second.signed, 1) && (second.end === null || second.end.on >= SECOND.validity.from);
}

function mayOnPaper(paper: readonly [Paper, Paper], act: ContractAct & { version: 0 | 1 }, today: string): boolean {
  const { version, kind, partner } = act;
  const own = paper[version];
  const state = stateOnPaper(paper, version, today);
  const isMember = VERSIONS[version].members.some((one) => one === partner);
  const isLeaving = VERSIONS[version].leaving.some((one) => one === partner);
  const isAgreed = state === "signed-not-yet-valid" || state === "in-force" || state === "suspended";
  if (kind === "sign") return (isMember || isLeaving) && state === "offered" && !own.signed.has(partner);
  if (kind === "refuse") return (isMember || isLeaving) && state === "offered";
  if (!isMember) return false;
  if (kind === "resume") return state === "suspended" && own.suspended.has(partner);
  if (kind === "suspend") return isAgreed && !own.suspended.has(partner);
  return isAgreed || state === "expired";
}

it("agrees with a clerk's paper after every step, and lets happen exactly what the paper lets", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 80 }), (steps) => {
      const papers = [newPaper(), newPaper()] as const;
      const signatures: [ContractSignature[], ContractSignature[]] = [[], []];
      const events: [ContractEvent[], ContractEvent[]] = [[], []];
      let day = 0;
      for (const { after, ...act } of steps) {
        day = Math.min(day + after, DAYS.length - 1);
        const today = DAYS[day] ?? "";
        const stateOf = (version: 0 | 1) => {
          const { contract, leaving } = VERSIONS[version];
          const successor =
            version === 0 && isSucceeded(papers) ? { id: contractId(SECOND), from: SECOND.validity.from } : null;
          const history = { contract, leaving, successor, today };
          return contractState({ ...history, signatures: signatures[version], events: events[version] });
        };
        for (const version of [0, 1] as const) expect(stateOf(version).kind).toBe(stateOnPaper(papers, version, today));
        const amends = act.version === 1 && act.kind === "sign";
        const before = stateOf(0);
        const successor = isSucceeded(papers) ? { id: contractId(SECOND), from: SECOND.validity.from } : null;
        if (amends) expect(isAmendable(before, successor)).toBe(isAmendableOnPaper(papers, today));
        expect(mayAct(stateOf(act.version), act).ok).toBe(mayOnPaper(papers, act, today));
        if (!mayOnPaper(papers, act, today)) continue;
        if (amends && !isAmendableOnPaper(papers, today)) continue;
        note(papers[act.version], act, today);
        if (act.kind === "sign") signatures[act.version].push({ partner: act.partner, at: AT });
        else events[act.version].push({ kind: EVENT[act.kind], partner: act.partner, at: AT });
      }
    }),
    { numRuns: 400 },
  );
});

function isAmendableOnPaper(papers: readonly [Paper, Paper], today: string): boolean {
  const state = stateOnPaper(papers, 0, today);
  return !isSucceeded(papers) && ["signed-not-yet-valid", "in-force", "suspended", "expired"].includes(state);
}

function newPaper(): Paper {
  return { signed: new Set(), suspended: new Set(), end: null };
}

function note(paper: Paper, { kind, partner }: ContractAct, on: string): void {
  if (kind === "sign") paper.signed.add(partner);
  else if (kind === "suspend") paper.suspended.add(partner);
  else if (kind === "resume") paper.suspended.delete(partner);
  else paper.end = { kind: EVENT[kind] === "refused" ? "refused" : "terminated", on };
}
