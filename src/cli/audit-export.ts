// `concordat audit export` and the reports: the log as it concerns one, or evidence about a part of it, as files.

import type { Command } from "commander";
import { z } from "zod";
import type { ProblemReply } from "../client/problem-reply.ts";
import { toBase64Url } from "../domain/bytes.ts";
import { readPart } from "../domain/evidence/document.ts";
import { linesInPage } from "../domain/evidence/page.ts";
import { partsOf } from "../domain/evidence/reading.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { keptCheckpoint } from "./audit-verify.ts";
import { findContract } from "./contract-ids.ts";
import { describe } from "./describe.ts";
import { writePrivately } from "./files.ts";
import { pinnedKey } from "./room-key.ts";
import { actInRoom, type SessionCall } from "./session.ts";
import { failed, type Outcome, type Refusal, refusedByRoom, type Terminal } from "./terminal.ts";

const optionsSchema = z.object({
  out: z.string().optional(),
  checkpoint: z.string().optional(),
  contract: z.string().optional(),
  person: z.string().optional(),
  from: z.string().optional(),
  until: z.string().optional(),
});

const daysSchema = z.object({ from: z.string(), until: z.string() });

const OUT = ["-o, --out <file>", "where it goes (default: standard output)"] as const;

/** Adds what leaves the room as files. */
export function addExports(audit: Command, terminal: Terminal): void {
  const command = describe(
    audit.command("export"),
    "fetch what concerns you with its proofs, or evidence about a part",
    [
      "concordat audit export -o log.json --checkpoint kept.txt",
      "concordat audit export --contract ID -o evidence.html",
      "concordat audit export --from 2026-07-01 --until 2026-09-30 -o quarter.html",
    ],
  );
  command
    .option(...OUT)
    .option("--checkpoint <file>", "a checkpoint kept from earlier: adds the proof that the log only grew since")
    .option(
      "--contract <id>",
      "evidence about a contract, by id or name, and all its versions: a page that verifies offline",
    )
    .option("--person <thumbprint>", "evidence about what one key of yours did: a person is a key")
    .option("--from <day>", "evidence from this day on, UTC")
    .option("--until <day>", "evidence up to this day, UTC");
  actInRoom(terminal, command, (call) => exportLog(call, terminal));
  const record = reportCommand(audit, "record", "of your processing in the room (GDPR art. 30)");
  actInRoom(terminal, record, async (call) =>
    report(call, await call.session.client.call((api) => api.GET("/v1/audit/record", { parseAs: "text" }))),
  );
  const assessment = reportCommand(audit, "assessment", "for an impact assessment (GDPR art. 35)");
  actInRoom(terminal, assessment, async (call) =>
    report(call, await call.session.client.call((api) => api.GET("/v1/audit/assessment", { parseAs: "text" }))),
  );
  const breach = describe(audit.command("breach"), "make the evidence for a breach in a time (GDPR art. 33)", [
    "concordat audit breach --from 2026-07-01 --until 2026-07-03 -o breach.html",
  ]);
  breach.requiredOption("--from <day>", "the first day, UTC").requiredOption("--until <day>", "the last day, UTC");
  actInRoom(terminal, breach.option(...OUT), async (call) => {
    const query = daysSchema.parse(call.options);
    const get = { params: { query }, parseAs: "text" } as const;
    return report(call, await call.session.client.call((api) => api.GET("/v1/audit/breach", get)));
  });
}

function reportCommand(audit: Command, name: string, about: string): Command {
  const command = describe(audit.command(name), `make the ${name} ${about} from what is in force now`, [
    `concordat audit ${name} -o ${name}.html`,
  ]);
  return command.option(...OUT);
}

async function exportLog({ session, options }: SessionCall, terminal: Terminal): Promise<Outcome> {
  const { out, checkpoint: file, contract, person, from, until } = optionsSchema.parse(options);
  const earlier = file === undefined ? ok(null) : await keptCheckpoint(file, await pinnedKey(terminal, options));
  if (!earlier.ok) return earlier;
  const tree = earlier.value;
  const since = tree === null ? {} : { size: tree.size, root: toBase64Url(tree.root) };
  const named = contract === undefined ? ok(null) : await findContract(session.client, contract);
  if (!named.ok) return named;
  const scope = {
    ...(named.value === null ? {} : { contract: named.value.id }),
    ...(person === undefined ? {} : { key: person }),
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
  };
  const isWhole = Object.keys(scope).length === 0;
  const answer = await session.client.call((api) =>
    isWhole
      ? api.GET("/v1/audit/export", { params: { query: since }, parseAs: "text" })
      : api.GET("/v1/audit/evidence", { params: { query: { ...since, ...scope } }, parseAs: "text" }),
  );
  if (!answer.ok) return err(refusedByRoom(answer.error));
  return kept(out, { text: answer.value }, isWhole ? "the log" : "the evidence");
}

// A report as a page in a file, or its facts as JSON.
async function report({ options }: SessionCall, answer: Result<string, ProblemReply>): Promise<Outcome> {
  if (!answer.ok) return err(refusedByRoom(answer.error));
  const facts = factsIn(answer.value);
  if (!facts.ok) return facts;
  return kept(optionsSchema.parse(options).out, { text: answer.value, json: facts.value }, "the report");
}

function factsIn(page: string): Result<unknown, Refusal> {
  const parts = (linesInPage(page) ?? []).flatMap((line) => {
    const part = readPart(line);
    return part.ok ? [part.value] : [];
  });
  const [facts] = partsOf(parts, "report");
  return facts === undefined ? err(failed("the room shows a report that is none", "tell the operator")) : ok(facts);
}

type Fetched = { readonly text: string; readonly json?: unknown };

/** Writes what was fetched into a file, or prints it. */
export async function kept(out: string | undefined, fetched: Fetched, what: string): Promise<Outcome> {
  if (out === undefined) return ok(fetched);
  const written = await writePrivately(out, fetched.text);
  return written.ok ? ok({ json: fetched.json ?? { out }, lines: [`${what} is in ${out}`] }) : written;
}
