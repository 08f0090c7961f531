// `concordat approvals`, `approve`, `deny` and `withdraw`: questions that wait for people, in plain words.

import type { Command } from "commander";
import { z } from "zod";
import type { components } from "../client/api-types.gen.ts";
import { err, ok } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { aligned } from "./figures.ts";
import { namesIn } from "./partner-names.ts";
import { explanationLines } from "./questions.ts";
import { approvalLines, stateInWords } from "./request-lines.ts";
import { actInRoom, everyItem, type SessionCall, told } from "./session.ts";
import { EXIT, type Outcome, refusedByRoom, type Terminal } from "./terminal.ts";

type Verdict = components["schemas"]["Verdict"];

const optionsSchema = z.object({ because: z.string().optional() });

export function addApprovals(program: Command, terminal: Terminal): void {
  const approvals = describe(
    program.command("approvals [id]"),
    "show the questions that wait for approval, yours to decide and yours for others', or one of them in full",
    ["concordat approvals", "concordat approvals req_…"],
  );
  actInRoom(terminal, approvals, (call) => (call.operands[0] === undefined ? list(call) : one(call, call.operands[0])));
  const approve = describe(program.command("approve <id>"), "approve a question; the last approval answers it", [
    "concordat approve req_… --because 'agreed in the campaign plan'",
  ]).option("--because <text>", "the reason, which the members and the log keep");
  actInRoom(terminal, approve, (call) => decide(call, (because) => ({ verdict: "approve", ...because })));
  const deny = describe(program.command("deny <id>"), "deny a question that waits; final", [
    "concordat deny req_… --because 'not before the merger'",
  ]).requiredOption("--because <text>", "the reason, which the members and the log keep");
  actInRoom(terminal, deny, (call) => decide(call, ({ because = "" }) => ({ verdict: "deny", because })));
  const withdraw = describe(program.command("withdraw <id>"), "take back a question of yours that waits", [
    "concordat withdraw req_…",
  ]);
  actInRoom(terminal, withdraw, (call) => decide(call, () => ({ verdict: "withdraw" })));
}

async function list({ session }: SessionCall): Promise<Outcome> {
  const requests = await everyItem((after) =>
    session.client.call((api) => api.GET("/v1/approvals", { params: { query: after } })),
  );
  if (!requests.ok) return requests;
  const names = await namesIn(session);
  const rows = requests.value.map(({ id, recipient, question, yours, state, expiresAt }) => [
    id,
    yours === "to-decide" ? "yours to decide" : stateInWords(state, names),
    names.of(recipient),
    String(question["analysis"]),
    expiresAt,
  ]);
  const lines = aligned([["request", "where it stands", "asked by", "for", "until"], ...rows]);
  return ok({ json: requests.value, lines: rows.length === 0 ? ["nothing waits for approval"] : lines });
}

async function one({ session }: SessionCall, request: string): Promise<Outcome> {
  const path = { params: { path: { request } } };
  const answer = await session.client.call((api) => api.GET("/v1/approvals/{request}", path));
  const names = await namesIn(session);
  return told(answer, (reply) => ({
    json: reply,
    lines: [
      ...approvalLines(reply, names),
      ...(reply.explained === null ? [] : ["", ...explanationLines(reply.explained)]),
    ],
  }));
}

async function decide(
  { session, operands, options }: SessionCall,
  verdictOf: (because: { readonly because?: string }) => Verdict,
): Promise<Outcome> {
  const { because } = optionsSchema.parse(options);
  const body = verdictOf(because === undefined ? {} : { because });
  const path = { params: { path: { request: operands[0] ?? "" } }, body };
  const answer = await session.client.call((api) => api.POST("/v1/approvals/{request}", path));
  if (!answer.ok) return err(refusedByRoom(answer.error));
  const { kind } = answer.value.state;
  const exit = kind === "waiting" ? EXIT.waiting : kind === "refused" ? EXIT.denied : EXIT.done;
  return ok({ json: answer.value, lines: approvalLines(answer.value, await namesIn(session)), exit });
}
