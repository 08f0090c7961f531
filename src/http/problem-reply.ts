// Problems as they leave: application/problem+json (RFC 9457), and a page for each kind.

import { canonicalJson, type Json } from "../domain/canonical-json.ts";
import { PROBLEMS, type Problem, type ProblemKind, waitSeconds } from "../domain/problem.ts";
import type { Reply } from "../ports/rows.ts";

/** A reply, and after how many seconds the request may be sent again, where waiting is all there is to do. */
export type TimedReply = Reply & { readonly retryAfterSeconds?: number };

/** The reply to a problem. Members of `extra` stand beside the standard ones, which they cannot replace. */
export function problemReply(problem: Problem, requestId: string): TimedReply {
  const { status, title, next } = PROBLEMS[problem.kind];
  const standard = { type: `/problems/${problem.kind}`, title, status, detail: problem.detail, next };
  const body = JSON.stringify({ ...problem.extra, ...standard, requestId });
  const wait = problem.extra?.["retryAfterSeconds"] ?? waitSeconds(problem.kind);
  const reply = { status, contentType: "application/problem+json", body };
  return typeof wait === "number" ? { ...reply, retryAfterSeconds: wait } : reply;
}

/** The page that a problem's `type` leads to. */
export function problemPage(kind: ProblemKind): string {
  const { status, title, next } = PROBLEMS[kind];
  return page(kind, `<h1>${title}</h1><p>Status ${status}. Next: ${next.replaceAll("`", "")}.</p>`);
}

/** The list of every kind of problem. */
export function problemIndex(): string {
  const rows = Object.entries(PROBLEMS).map(
    ([kind, { status, title }]) =>
      `<tr><td><a href="/problems/${kind}">${kind}</a></td><td>${status}</td><td>${title}</td></tr>`,
  );
  return page("Problems", `<h1>Problems</h1><table>${rows.join("")}</table>`);
}

/** Whether a text names a kind of problem. */
export function isProblemKind(text: string): text is ProblemKind {
  return Object.hasOwn(PROBLEMS, text);
}

/** Bytes of a JSON reply: canonical, so that the same value is the same bytes. */
export function jsonReply(status: number, value: Json): Reply {
  return { status, contentType: "application/json", body: canonicalJson(value) };
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title} · Concordat</title>${body}</html>\n`;
}
