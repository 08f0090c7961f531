import { describe, expect, it } from "vitest";
import { contractJson, contractOf, HARBOUR, MERIDIAN, SUNLINE } from "../../testing/documents.ts";
import { unixMillis } from "../instant.ts";
import { type PartnerId, partnerIdSchema } from "../partner/manifest.ts";
import { contractId, contractSchema } from "./document.ts";
import {
  type ContractAct,
  type ContractEvent,
  type ContractHistory,
  contractEnd,
  contractState,
  mayAct,
  suspensionsCarried,
} from "./lifecycle.ts";

const MEMBERS = [SUNLINE, HARBOUR, MERIDIAN];
const STRANGER = partnerIdSchema.parse("aurora-air");
const AT = unixMillis(1_790_000_000_000);
const CONTRACT = contractOf({ validity: { from: "2026-06-01", until: "2026-12-31" } });

function signed(...partners: PartnerId[]) {
  return partners.map((partner) => ({ partner, at: AT }));
}

function event(kind: ContractEvent["kind"], partner: PartnerId): ContractEvent {
  return { kind, partner, at: AT };
}

function stateOf(history: Partial<ContractHistory>) {
  return contractState({
    contract: CONTRACT,
    leaving: [],
    signatures: signed(...MEMBERS),
    events: [],
    successor: null,
    today: "2026-11-22",
    ...history,
  });
}

describe("a contract", () => {
  it("is offered until every member has signed, and names those who have not", () => {
    expect(stateOf({ signatures: [] })).toMatchObject({ kind: "offered", missing: MEMBERS });
    expect(stateOf({ signatures: signed(SUNLINE, MERIDIAN) })).toMatchObject({ kind: "offered", missing: [HARBOUR] });
    expect(stateOf({ signatures: signed(SUNLINE, SUNLINE, STRANGER) }).kind).toBe("offered");
  });

  it("is in force from its first day to its last, both included", () => {
    expect(stateOf({ today: "2026-05-31" })).toMatchObject({ kind: "signed-not-yet-valid", from: "2026-06-01" });
    expect(stateOf({ today: "2026-06-01" }).kind).toBe("in-force");
    expect(stateOf({ today: "2026-12-31" }).kind).toBe("in-force");
    expect(stateOf({ today: "2027-01-01" })).toMatchObject({ kind: "expired", until: "2026-12-31" });
    expect(stateOf({ today: "2027-01-01", signatures: [] }).kind).toBe("expired");
  });

  it("is suspended by any one member at once, and only that member lifts it", () => {
    const both = [event("suspended", HARBOUR), event("suspended", MERIDIAN)];
    expect(stateOf({ events: both.slice(0, 1) })).toMatchObject({ kind: "suspended", by: [HARBOUR] });
    expect(stateOf({ events: [...both, event("resumed", HARBOUR)] })).toMatchObject({
      kind: "suspended",
      by: [MERIDIAN],
    });
    expect(stateOf({ events: [...both, event("resumed", SUNLINE)] })).toMatchObject({ by: [HARBOUR, MERIDIAN] });
    expect(stateOf({ events: [...both, event("resumed", HARBOUR), event("resumed", MERIDIAN)] }).kind).toBe("in-force");
    const again = [event("suspended", HARBOUR), event("resumed", HARBOUR), event("suspended", HARBOUR)];
    expect(stateOf({ events: again })).toMatchObject({ kind: "suspended", by: [HARBOUR] });
  });

  it("ends for good by refusal or termination, whatever comes after", () => {
    const refusal = event("refused", HARBOUR);
    expect(stateOf({ events: [refusal], signatures: [] })).toMatchObject({ kind: "refused", by: HARBOUR, at: AT });
    expect(stateOf({ events: [refusal] }).kind).toBe("refused");
    const end = [event("suspended", HARBOUR), event("terminated", MERIDIAN), event("resumed", HARBOUR)];
    expect(stateOf({ events: end, today: "2027-05-01" })).toMatchObject({ kind: "terminated", by: MERIDIAN });
  });

  it("is replaced once its successor is in force", () => {
    const successor = contractId(contractOf({ version: 2, previous: contractId(CONTRACT) }));
    const from = "2026-11-23";
    const replaced = { successor: { id: successor, from } };
    expect(stateOf({ ...replaced, today: "2026-11-22" }).kind).toBe("in-force");
    expect(stateOf({ ...replaced, today: from })).toMatchObject({ kind: "replaced", by: successor });
  });

  it("is not moved by whoever is not a member", () => {
    const events = [event("suspended", STRANGER), event("terminated", STRANGER), event("refused", STRANGER)];
    expect(stateOf({ events }).kind).toBe("in-force");
  });
});

describe("who may do what", () => {
  const states = {
    offered: stateOf({ signatures: signed(SUNLINE) }),
    waiting: stateOf({ today: "2026-05-31" }),
    inForce: stateOf({}),
    suspended: stateOf({ events: [event("suspended", HARBOUR)] }),
    refused: stateOf({ events: [event("refused", HARBOUR)] }),
    terminated: stateOf({ events: [event("terminated", HARBOUR)] }),
    expired: stateOf({ today: "2027-01-01" }),
    replaced: stateOf({ successor: { id: contractId(CONTRACT), from: "2026-01-01" } }),
  };
  const allowed = (kind: ContractAct["kind"], partner: PartnerId) =>
    Object.entries(states)
      .filter(([, state]) => mayAct(state, { kind, partner }).ok)
      .map(([name]) => name);

  it("a member signs once, while the contract is offered", () => {
    expect(allowed("sign", HARBOUR)).toEqual(["offered"]);
    expect(allowed("sign", SUNLINE)).toEqual([]);
  });

  it("any member refuses while the contract is offered, even one that signed", () => {
    expect(allowed("refuse", HARBOUR)).toEqual(["offered"]);
    expect(allowed("refuse", SUNLINE)).toEqual(["offered"]);
  });

  it("any member suspends and terminates an agreed contract; a suspension is added to, not doubled", () => {
    expect(allowed("suspend", SUNLINE)).toEqual(["waiting", "inForce", "suspended"]);
    expect(allowed("suspend", HARBOUR)).toEqual(["waiting", "inForce"]);
    expect(allowed("terminate", SUNLINE)).toEqual(["waiting", "inForce", "suspended", "expired"]);
  });

  it("only the member that suspended resumes", () => {
    expect(allowed("resume", HARBOUR)).toEqual(["suspended"]);
    expect(allowed("resume", SUNLINE)).toEqual([]);
  });

  it("whoever is not a member does nothing, and is told why", () => {
    for (const kind of ["sign", "refuse", "suspend", "resume", "terminate"] as const) {
      expect(mayAct(states.inForce, { kind, partner: STRANGER })).toEqual({ ok: false, error: "not-a-member" });
    }
    expect(mayAct(states.expired, { kind: "sign", partner: SUNLINE })).toEqual({
      ok: false,
      error: "contract-not-open",
    });
  });
});

describe("a later version", () => {
  const later = { contract: contractOf({ version: 2, previous: contractId(CONTRACT) }) };
  const carried = (...events: ContractEvent[]) => suspensionsCarried({ contract: CONTRACT, events }, later);

  it("begins suspended by each of its members that has not lifted its own suspension of the one before", () => {
    expect(carried()).toEqual([]);
    expect(carried(event("suspended", MERIDIAN), event("suspended", HARBOUR))).toEqual([HARBOUR, MERIDIAN]);
    expect(carried(event("suspended", HARBOUR), event("resumed", HARBOUR))).toEqual([]);
    expect(carried(event("suspended", HARBOUR), event("resumed", SUNLINE))).toEqual([HARBOUR]);
  });

  it("is not suspended by who left it, nor by who was no member of the one before", () => {
    const without = { contract: contractSchema.parse(contractJson([SUNLINE, MERIDIAN])) };
    const events = [event("suspended", HARBOUR), event("suspended", SUNLINE)];
    expect(suspensionsCarried({ contract: CONTRACT, events }, without)).toEqual([SUNLINE]);
    expect(suspensionsCarried({ ...without, events }, later)).toEqual([SUNLINE]);
  });
});

describe("the end of a contract", () => {
  const GRACE = 30 * 86_400_000;
  it("is its termination, or some days after its last one, in which it may still be amended", () => {
    expect(contractEnd(stateOf({ events: [event("terminated", SUNLINE)] }), GRACE)).toBe(AT);
    const end = contractEnd(stateOf({ today: "2027-01-01" }), GRACE);
    expect(new Date(Number(end)).toISOString()).toBe("2027-01-31T00:00:00.000Z");
  });

  it("is none while it binds or may come to bind, and where it never did or a later version stands for it", () => {
    for (const history of [{}, { signatures: [] }, { today: "2026-05-31" }, { events: [event("suspended", SUNLINE)] }])
      expect(contractEnd(stateOf(history), GRACE)).toBe("goes-on");
    const successor = { id: contractId(CONTRACT), from: "2026-11-01" };
    for (const history of [{ events: [event("refused", SUNLINE)], signatures: [] }, { successor }])
      expect(contractEnd(stateOf(history), GRACE)).toBeNull();
  });
});
