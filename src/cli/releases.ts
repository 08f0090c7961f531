// `concordat releases` and `budget`: what one was given, and what answers about one's own lists have taken.

import type { Command } from "commander";
import { z } from "zod";
import { err, ok, type Result } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { aligned, grouped, shownRho } from "./figures.ts";
import { writePrivately } from "./files.ts";
import { namesIn } from "./partner-names.ts";
import { releaseLines } from "./release-lines.ts";
import { actInRoom, everyItem, type SessionCall } from "./session.ts";
import { type Outcome, type Refusal, refusedByRoom, type Terminal } from "./terminal.ts";

const optionsSchema = z.object({ out: z.string().optional(), rows: z.string().optional() });

export function addReleases(program: Command, terminal: Terminal): void {
  const command = describe(program.command("releases [id]"), "show what you were given, or one release", [
    "concordat releases",
    "concordat releases rel_… -o release.json --rows rows.csv",
  ])
    .option("-o, --out <file>", "where to keep the release with its receipt")
    .option("--rows <file>", "collect an audience's rows into this file");
  actInRoom(terminal, command, (call) => (call.operands[0] === undefined ? list(call) : one(call, call.operands[0])));
}

export function addBudget(program: Command, terminal: Terminal): void {
  const command = describe(program.command("budget"), "show what answers about your lists have taken, by recipient", [
    "concordat budget",
  ]);
  actInRoom(terminal, command, budget);
}

/** Collects an audience's rows into a file that its owner alone may read; answers what to say of it. */
export async function saveRows(
  { session }: SessionCall,
  release: string,
  file: string,
): Promise<Result<string[], Refusal>> {
  const answer = await session.client.call((api) =>
    api.GET("/v1/releases/{release}/rows", { params: { path: { release } }, parseAs: "text" }),
  );
  if (!answer.ok) return err(refusedByRoom(answer.error));
  const written = await writePrivately(file, answer.value);
  const rows = answer.value.split("\r\n").length - 2;
  return written.ok ? ok([`rows: ${grouped(rows)} record references in ${file}`]) : written;
}

async function list({ session }: SessionCall): Promise<Outcome> {
  const releases = await everyItem((after) =>
    session.client.call((api) => api.GET("/v1/releases", { params: { query: after } })),
  );
  if (!releases.ok) return releases;
  const rows = releases.value.map(({ id, kind, outcome, asOf, contract }) => [
    id,
    kind,
    outcome,
    asOf,
    contract.slice(0, 12),
  ]);
  const lines = aligned([["release", "kind", "outcome", "as of", "contract"], ...rows]);
  return ok({ json: releases.value, lines });
}

async function one(call: SessionCall, release: string): Promise<Outcome> {
  const { out, rows } = optionsSchema.parse(call.options);
  const path = { params: { path: { release } } };
  const answer = await call.session.client.call((api) => api.GET("/v1/releases/{release}", path));
  if (!answer.ok) return err(refusedByRoom(answer.error));
  const kept = out === undefined ? ok("") : await writePrivately(out, `${JSON.stringify(answer.value)}\n`);
  if (!kept.ok) return kept;
  const saved = rows === undefined ? ok([]) : await saveRows(call, release, rows);
  if (!saved.ok) return saved;
  const names = await namesIn(call.session);
  const receipt = out === undefined ? [] : [`receipt: in ${out}`];
  return ok({ json: answer.value, lines: [...releaseLines(answer.value, names), ...receipt, ...saved.value] });
}

async function budget({ session }: SessionCall): Promise<Outcome> {
  const first = await session.client.call((api) => api.GET("/v1/budget"));
  if (!first.ok) return err(refusedByRoom(first.error));
  const items = await everyItem((after) =>
    session.client.call((api) => api.GET("/v1/budget", { params: { query: after } })),
  );
  if (!items.ok) return items;
  const { spent } = first.value;
  const names = await namesIn(session);
  const account = ({ dataset, recipient, nanoRho }: (typeof spent)[number]) => [
    names.list(dataset),
    names.of(recipient),
    shownRho(nanoRho),
  ];
  const totals = spent.map(account);
  const lines = items.value.map((one) => [one.at, ...account(one), one.release]);
  const shown = [
    "taken in all:",
    ...aligned([["list", "recipient", "taken"], ...totals], 2),
    "one by one:",
    ...aligned([["at", "list", "recipient", "taken", "release"], ...lines], 2),
  ];
  const json = { spent, items: items.value };
  return ok({ json, lines: totals.length === 0 ? ["nothing was taken yet"] : shown });
}
