// Contracts: offered, read, signed, refused, suspended, ended.

import { type ContractChange, changeContract } from "../../app/change-contract.ts";
import { type ContractView, offerContract } from "../../app/offer-contract.ts";
import {
  compareContracts,
  listContracts,
  readContract,
  readContractJws,
  readPlainContract,
} from "../../app/read-contracts.ts";
import { signContract } from "../../app/sign-contract.ts";
import { isoInstant } from "../../domain/instant.ts";
import { ok } from "../../domain/result.ts";
import {
  againstQuerySchema,
  contractListSchema,
  contractPathSchema,
  contractReplySchema,
  differenceSchema,
  emptyBodySchema,
  jwsSchema,
  newContractSchema,
  newSignatureSchema,
  plainContractSchema,
} from "../../wire/api/contract.ts";
import { pageQuerySchema } from "../../wire/api/shared.ts";
import { nextOf, pageOf } from "../page.ts";
import { NO_BODY, NOTHING, type Route, route } from "../route.ts";

const CONTRACT = { says: "the contract and where it stands", schema: contractReplySchema };

export const CONTRACT_ROUTES: readonly Route[] = [
  route({
    method: "post",
    path: "/v1/contracts",
    tag: "contracts",
    summary: "Offer a contract, or the next version of one, to its members",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: newContractSchema,
    replies: { 201: CONTRACT },
    problems: ["not-a-member", "contract-exists", "contract-unsound", "contract-not-open"],
    run: ({ caller, body }, ports) => offerContract(ports, { caller, contract: body }),
    present: (view) => ({ status: 201, json: presentContract(view) }),
  }),
  route({
    method: "get",
    path: "/v1/contracts",
    tag: "contracts",
    summary: "Your contracts, newest first",
    audience: "partner",
    params: NOTHING,
    query: pageQuerySchema,
    body: NO_BODY,
    replies: { 200: { says: "a page of contracts", schema: contractListSchema } },
    problems: [],
    run: async ({ caller, query }, ports) => ok(await listContracts(ports, { caller, page: pageOf(query) })),
    present: ({ rows, page }) => ({
      status: 200,
      json: { items: rows.map(presentContract), next: nextOf(rows, page, (row) => row.file.id) },
    }),
  }),
  route({
    method: "get",
    path: "/v1/contracts/{contract}",
    tag: "contracts",
    summary: "One contract",
    audience: "partner",
    params: contractPathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: CONTRACT },
    problems: ["not-found"],
    run: ({ caller, params }, ports) => readContract(ports, { caller, ...params }),
    present: (view) => ({ status: 200, json: presentContract(view) }),
  }),
  route({
    method: "get",
    path: "/v1/contracts/{contract}/plain",
    tag: "contracts",
    summary: "What signing it lets the others learn, in plain words",
    audience: "partner",
    params: contractPathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "sentences", schema: plainContractSchema } },
    problems: ["not-found"],
    run: ({ caller, params }, ports) => readPlainContract(ports, { caller, ...params }),
    present: ({ id, lines }) => ({ status: 200, json: { id, lines } }),
  }),
  route({
    method: "get",
    path: "/v1/contracts/{contract}/difference",
    tag: "contracts",
    summary: "What it changes against the version before it, or another: more or less, for each member",
    audience: "partner",
    params: contractPathSchema,
    query: againstQuerySchema,
    body: NO_BODY,
    replies: { 200: { says: "sentences", schema: differenceSchema } },
    problems: ["not-found"],
    run: ({ caller, params, query }, ports) =>
      compareContracts(ports, { caller, ...params, against: query.against ?? null }),
    present: ({ id, against, lines }) => ({ status: 200, json: { id, against, lines } }),
  }),
  route({
    method: "get",
    path: "/v1/contracts/{contract}/jws",
    tag: "contracts",
    summary: "The contract with its signatures, verifiable offline",
    audience: "partner",
    params: contractPathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "RFC 7515 General JSON Serialization", schema: jwsSchema } },
    problems: ["not-found"],
    run: ({ caller, params }, ports) => readContractJws(ports, { caller, ...params }),
    present: ({ payload, signatures }) => ({
      status: 200,
      json: { payload, signatures: signatures.map((one) => ({ protected: one.protected, signature: one.signature })) },
    }),
  }),
  route({
    method: "post",
    path: "/v1/contracts/{contract}/signatures",
    tag: "contracts",
    summary: "Sign a contract: one JWS signature over its canonical form",
    audience: "partner",
    params: contractPathSchema,
    query: NOTHING,
    body: newSignatureSchema,
    replies: { 201: CONTRACT },
    problems: ["not-found", "contract-not-open", "contract-signature-invalid"],
    run: ({ caller, params, body }, ports) => signContract(ports, { caller, ...params, signature: body }),
    present: (view) => ({ status: 201, json: presentContract(view) }),
  }),
  changeRoute("refuse", "refusal", "Refuse a contract that is not in force yet; final"),
  changeRoute("suspend", "suspension", "Suspend a contract at once, with later versions that all have signed"),
  changeRoute("resume", "resumption", "Lift your own suspension; in force again when all who suspended have"),
  changeRoute(
    "terminate",
    "termination",
    "End a contract at once; final; what was given under it is deleted, with a certificate in the log",
  ),
];

function changeRoute(change: ContractChange, noun: string, summary: string): Route {
  return route({
    method: "post",
    path: `/v1/contracts/{contract}/${noun}`,
    tag: "contracts",
    summary,
    audience: "partner",
    params: contractPathSchema,
    query: NOTHING,
    body: emptyBodySchema,
    replies: { 200: CONTRACT },
    problems: ["not-found", "contract-not-open"],
    run: ({ caller, params }, ports) => changeContract(ports, { caller, ...params, change }),
    present: (view) => ({ status: 200, json: presentContract(view) }),
  });
}

function presentContract({ file, state }: ContractView) {
  const { id, contract, leaving, offeredBy, offeredAt, signatures, events } = file;
  return {
    id,
    state: presentState(state),
    document: contract,
    leaving,
    offeredBy,
    offeredAt: isoInstant(offeredAt),
    signatures: signatures.map(({ partner, thumbprint, at }) => ({ partner, thumbprint, at: isoInstant(at) })),
    events: events.map(({ kind, partner, at }) => ({ kind, partner, at: isoInstant(at) })),
  };
}

function presentState(state: ContractView["state"]) {
  if (state.kind === "offered") return { kind: state.kind, missing: state.missing };
  if (state.kind === "suspended") return { kind: state.kind, by: state.by };
  if (state.kind === "refused" || state.kind === "terminated" || state.kind === "replaced") {
    return { kind: state.kind, by: [state.by] };
  }
  return { kind: state.kind };
}
