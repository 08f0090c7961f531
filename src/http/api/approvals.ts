// Questions that wait for people: the inbox, one request in plain words, and what is decided of it.

import type { RequestView } from "../../app/await-approval.ts";
import { decideRequest } from "../../app/decide-request.ts";
import { listRequests, readRequest } from "../../app/read-requests.ts";
import { isoInstant } from "../../domain/instant.ts";
import { ok } from "../../domain/result.ts";
import {
  explainedRequestSchema,
  requestListSchema,
  requestPathSchema,
  requestSchema,
  verdictSchema,
} from "../../wire/api/approval.ts";
import { pageQuerySchema } from "../../wire/api/shared.ts";
import { nextOf, pageOf } from "../page.ts";
import { NO_BODY, NOTHING, type Route, route } from "../route.ts";
import { presentExplanation } from "./explanation.ts";

export const APPROVAL_ROUTES: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/approvals",
    tag: "approvals",
    summary: "Questions that wait: for your people to decide, or yours for others'; newest first",
    audience: "partner",
    params: NOTHING,
    query: pageQuerySchema,
    body: NO_BODY,
    replies: { 200: { says: "a page of requests", schema: requestListSchema } },
    problems: [],
    run: async ({ caller, query }, ports) => ok(await listRequests(ports, { caller, page: pageOf(query) })),
    present: ({ rows, page }) => ({
      status: 200,
      json: { items: rows.map(presentRequest), next: nextOf(rows, page, (row) => row.file.id) },
    }),
  }),
  route({
    method: "get",
    path: "/v1/approvals/{request}",
    tag: "approvals",
    summary: "One request: who asks what, what it would tell and cost, by which clauses, as of now",
    audience: "partner",
    params: requestPathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "the request", schema: explainedRequestSchema } },
    problems: ["not-found"],
    run: ({ caller, params }, ports) => readRequest(ports, { caller, id: params.request }),
    present: ({ explained, ...view }) => ({
      status: 200,
      json: { ...presentRequest(view), explained: explained === null ? null : presentExplanation(explained) },
    }),
  }),
  route({
    method: "post",
    path: "/v1/approvals/{request}",
    tag: "approvals",
    summary: "Approve, deny or withdraw; the last approval answers the question, charged as of then",
    audience: "partner",
    onTick: true,
    params: requestPathSchema,
    query: NOTHING,
    body: verdictSchema,
    replies: { 200: { says: "the request and where it stands", schema: requestSchema } },
    problems: [
      "not-found",
      "approval-not-open",
      "approval-not-yours",
      "contract-not-in-force",
      "question-unsound",
      "no-version",
      "unavailable",
    ],
    run: ({ caller, params, body }, ports) => {
      const because = "because" in body ? (body.because ?? null) : null;
      return decideRequest(ports, { caller, id: params.request, verdict: body.verdict, because });
    },
    present: (view) => ({ status: 200, json: presentRequest(view) }),
  }),
];

/** A request as it leaves. */
export function presentRequest({ file, state, yours }: RequestView) {
  const { id, recipient, contract, approvers, question, askedAt, expiresAt, events } = file;
  return {
    id,
    recipient,
    contract,
    question: JSON.parse(question),
    approvers,
    state: presentState(state),
    yours,
    askedAt: isoInstant(askedAt),
    expiresAt: isoInstant(expiresAt),
    events: events.map(({ kind, partner, because, at }) => ({
      kind,
      ...(partner === null ? {} : { partner }),
      ...(because === null ? {} : { because }),
      at: isoInstant(at),
    })),
  };
}

function presentState(state: RequestView["state"]) {
  if (state.kind === "waiting") return { kind: state.kind, missing: state.missing };
  if (state.kind === "released")
    return { kind: state.kind, ...(state.release === null ? {} : { release: state.release }) };
  if (state.kind !== "denied") return { kind: state.kind };
  const { by, because } = state;
  return { kind: state.kind, ...(by === null ? {} : { by }), ...(because === null ? {} : { because }) };
}
