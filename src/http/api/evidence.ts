// Evidence: files for compliance officers that are read in a browser and verified without the room. Each is made anew,
// concerns the caller alone, and is an entry of the log.

import type { z } from "zod";
import { exportEvidence } from "../../app/export-evidence.ts";
import { type About, type Evidence, evidenceLines } from "../../domain/evidence/document.ts";
import { evidenceFile } from "../../domain/evidence/story.ts";
import type { Problem } from "../../domain/problem.ts";
import { ok, type Result } from "../../domain/result.ts";
import { breachQuerySchema, evidenceQuerySchema, type formSchema, reportQuerySchema } from "../../wire/api/evidence.ts";
import { NO_BODY, NOTHING, type Presented, type Route, route } from "../route.ts";
import { earlierOf } from "./audit.ts";

const EVIDENCE = {
  says: "one HTML file to read and to verify; with `form=lines` the evidence in it alone, as lines of JSON",
  contentType: "text/html; charset=utf-8",
};

export const EVIDENCE_ROUTES: readonly Route[] = [
  route({
    method: "get",
    path: "/v1/audit/evidence",
    tag: "audit",
    summary:
      "One file about a contract, a key of yours or a time: entries with proofs, contracts, your policies, receipts, " +
      "cosigned checkpoints, and a page that tells them",
    audience: "partner",
    params: NOTHING,
    query: evidenceQuerySchema,
    body: NO_BODY,
    replies: { 200: EVIDENCE },
    problems: ["partner-only", "not-found"],
    run: async ({ caller, query }, ports) => {
      const { contract, key: keyThumbprint, from, until } = query;
      const earlier = earlierOf(ports.room.origin, query);
      if (!earlier.ok) return earlier;
      const about: About = {
        kind: "log",
        ...(contract === undefined ? {} : { contract }),
        ...(keyThumbprint === undefined ? {} : { keyThumbprint }),
        ...(from === undefined ? {} : { from }),
        ...(until === undefined ? {} : { until }),
      };
      return formed(query, await exportEvidence(ports, { caller, about, earlier: earlier.value }));
    },
    present,
  }),
  reportRoute("record", "The record of processing of your lists (GDPR art. 30), as it stands now"),
  reportRoute("assessment", "The facts for an impact assessment (GDPR art. 35): purposes, recipients, epsilon, risks"),
  route({
    method: "get",
    path: "/v1/audit/breach",
    tag: "audit",
    summary: "Evidence for a breach (GDPR art. 33): what could have been learned in a time, by whom, about how many",
    audience: "partner",
    params: NOTHING,
    query: breachQuerySchema,
    body: NO_BODY,
    replies: { 200: EVIDENCE },
    problems: ["partner-only", "policy-too-large"],
    run: async ({ caller, query }, ports) => {
      const { from, until } = query;
      const about: About = { kind: "breach", from, until };
      return formed(query, await exportEvidence(ports, { caller, about, earlier: null }));
    },
    present,
  }),
];

function reportRoute(kind: "record" | "assessment", summary: string): Route {
  return route({
    method: "get",
    path: `/v1/audit/${kind}`,
    tag: "audit",
    summary,
    audience: "partner",
    params: NOTHING,
    query: reportQuerySchema,
    body: NO_BODY,
    replies: { 200: EVIDENCE },
    problems: ["partner-only", "policy-too-large"],
    run: async ({ caller, query }, ports) =>
      formed(query, await exportEvidence(ports, { caller, about: { kind }, earlier: null })),
    present,
  });
}

type Form = z.output<typeof formSchema>;
type Formed = { readonly form: Form; readonly evidence: Evidence };

function formed(
  { form = "page" }: { readonly form?: Form | undefined },
  evidence: Result<Evidence, Problem>,
): Result<Formed, Problem> {
  return evidence.ok ? ok({ form, evidence: evidence.value }) : evidence;
}

function present({ form, evidence }: Formed): Presented {
  if (form === "page")
    return { status: 200, contentType: EVIDENCE.contentType, text: pieces([evidenceFile(evidence)]) };
  const lines = evidenceLines(evidence).map((line) => `${line}\n`);
  return { status: 200, contentType: "application/x-ndjson", text: pieces(lines) };
}

async function* pieces(texts: readonly string[]): AsyncIterable<string> {
  yield* texts;
}
