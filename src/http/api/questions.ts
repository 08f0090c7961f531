// Questions: explained at no cost, asked, and what was released.

import { askQuestion } from "../../app/ask-question.ts";
import { collectAudience } from "../../app/collect-audience.ts";
import { explainQuestion } from "../../app/explain-question.ts";
import { type BudgetView, listReleases, readBudget, readRelease } from "../../app/read-releases.ts";
import { isoInstant } from "../../domain/instant.ts";
import { ok } from "../../domain/result.ts";
import type { ReleaseRow } from "../../ports/rows.ts";
import { requestSchema } from "../../wire/api/approval.ts";
import {
  askedQuestionSchema,
  budgetQuerySchema,
  budgetSchema,
  explanationSchema,
  receiptSchema,
  releaseListSchema,
  releasePathSchema,
  releaseSchema,
} from "../../wire/api/question.ts";
import { pageQuerySchema } from "../../wire/api/shared.ts";
import { spreadsheetCell } from "../../wire/list/spreadsheet-cell.ts";
import { nextOf, pageOf } from "../page.ts";
import { NO_BODY, NOTHING, type Route, route } from "../route.ts";
import { presentRequest } from "./approvals.ts";
import { presentExplanation } from "./explanation.ts";

export const QUESTION_ROUTES: readonly Route[] = [
  route({
    method: "post",
    path: "/v1/questions/explain",
    readsOnly: true,
    tag: "questions",
    summary: "What a question would disclose, to whom, by which clauses, at what price; spends nothing",
    audience: "partner",
    params: NOTHING,
    query: NOTHING,
    body: askedQuestionSchema,
    replies: { 200: { says: "permitted or not, and why", schema: explanationSchema } },
    problems: ["not-found", "contract-not-in-force", "question-unsound", "no-version"],
    run: ({ caller, body }, ports) => explainQuestion(ports, { caller, asked: body }),
    present: (explanation) => ({ status: 200, json: presentExplanation(explanation) }),
  }),
  route({
    method: "post",
    path: "/v1/questions",
    tag: "questions",
    summary:
      "Ask: decided, charged, answered, receipted and logged at once; the same again is free; some wait for approval",
    audience: "partner",
    onTick: true,
    params: NOTHING,
    query: NOTHING,
    body: askedQuestionSchema,
    replies: {
      200: { says: "the release", schema: releaseSchema },
      202: {
        says: "the request that waits for approval; ask again, or look at it, for what came of it",
        schema: requestSchema,
      },
    },
    problems: [
      "not-found",
      "contract-not-in-force",
      "question-unsound",
      "no-version",
      "not-permitted",
      "too-many-waiting",
      "unavailable",
    ],
    run: ({ caller, body }, ports) => askQuestion(ports, { caller, asked: body }),
    present: (answer) =>
      answer.kind === "waiting"
        ? { status: 202, json: presentRequest(answer.request) }
        : { status: 200, json: presentRelease(answer.release) },
  }),
  route({
    method: "get",
    path: "/v1/releases",
    tag: "releases",
    summary: "What you were given, newest first",
    audience: "partner",
    params: NOTHING,
    query: pageQuerySchema,
    body: NO_BODY,
    replies: { 200: { says: "a page of releases", schema: releaseListSchema } },
    problems: [],
    run: async ({ caller, query }, ports) => ok(await listReleases(ports, { caller, page: pageOf(query) })),
    present: ({ rows, page }) => ({
      status: 200,
      json: { items: rows.map(presentRelease), next: nextOf(rows, page, (row) => row.id) },
    }),
  }),
  route({
    method: "get",
    path: "/v1/releases/{release}",
    tag: "releases",
    summary: "One release, as it was given",
    audience: "partner",
    params: releasePathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "the release", schema: releaseSchema } },
    problems: ["not-found"],
    run: ({ caller, params }, ports) => readRelease(ports, { caller, id: params.release }),
    present: (row) => ({ status: 200, json: presentRelease(row) }),
  }),
  route({
    method: "get",
    path: "/v1/releases/{release}/receipt",
    tag: "releases",
    summary: "The receipt of a release",
    audience: "partner",
    params: releasePathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "the receipt", schema: receiptSchema } },
    problems: ["not-found"],
    run: ({ caller, params }, ports) => readRelease(ports, { caller, id: params.release }),
    present: ({ receipt }) => ({ status: 200, json: { receipt } }),
  }),
  route({
    method: "get",
    path: "/v1/releases/{release}/rows",
    tag: "releases",
    summary: "The rows of a list: your own record references, checked again as they leave; every time is logged",
    audience: "partner",
    params: releasePathSchema,
    query: NOTHING,
    body: NO_BODY,
    replies: { 200: { says: "CSV with one column, `record`", contentType: "text/csv; charset=utf-8" } },
    problems: ["not-found", "release-gone", "contract-not-in-force"],
    run: ({ caller, params }, ports) => collectAudience(ports, { caller, id: params.release }),
    present: (records) => ({ status: 200, contentType: "text/csv; charset=utf-8", text: recordsCsv(records) }),
  }),
  route({
    method: "get",
    path: "/v1/budget",
    tag: "budget",
    summary: "What answers about your lists have taken from their privacy budgets",
    audience: "partner",
    params: NOTHING,
    query: budgetQuerySchema,
    body: NO_BODY,
    replies: { 200: { says: "the ledger", schema: budgetSchema } },
    problems: [],
    run: async ({ caller, query }, ports) => ok(await readBudget(ports, { caller, page: pageOf(query) })),
    present: (view) => ({ status: 200, json: presentBudget(view) }),
  }),
];

function presentRelease({ answer, receipt }: ReleaseRow) {
  return { ...JSON.parse(answer), receipt };
}

function presentBudget({ lines, page, totals }: BudgetView) {
  return {
    items: lines.map(({ lineage, recipient, nanoRho, release, at }) => ({
      dataset: lineage,
      recipient,
      nanoRho: String(nanoRho),
      release,
      at: isoInstant(at),
    })),
    next: nextOf(lines, page, (line) => String(line.number)),
    spent: totals.map(({ lineage, recipient, nanoRho }) => ({ dataset: lineage, recipient, nanoRho: String(nanoRho) })),
  };
}

/** A list as CSV with one column, piece by piece. */
export async function* recordsCsv(records: readonly string[]): AsyncIterable<string> {
  yield "record\r\n";
  const ROWS_A_PIECE = 1_000;
  for (let from = 0; from < records.length; from += ROWS_A_PIECE) {
    const piece = records.slice(from, from + ROWS_A_PIECE);
    yield piece.map((record) => `${spreadsheetCell(record)}\r\n`).join("");
  }
}
