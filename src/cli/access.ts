// `concordat subject access`: what one has of a person, for the answer that the person gets.

import type { Command } from "commander";
import { z } from "zod";
import type { components } from "../client/api-types.gen.ts";
import { err, ok } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { writePrivately } from "./files.ts";
import { recipientLines, scopeInWords } from "./objections.ts";
import { actInRoom, type SessionCall } from "./session.ts";
import { hashedIn, namingPeople } from "./subject-identifiers.ts";
import { type Outcome, refusedByRoom, type Terminal } from "./terminal.ts";

type Access = components["schemas"]["Access"];
type Row = Access["datasets"][number]["versions"][number]["rows"][number];

const optionsSchema = z.object({ out: z.string().optional() });

export function addAccess(subject: Command, terminal: Terminal): void {
  const access = describe(
    subject.command("access"),
    "tell what you have of a person in your lists, what for, and who may be given what follows from it",
    ["concordat subject access --email ann@example.com -o ann.json"],
  ).option("-o, --out <file>", "where the whole answer goes, as JSON that its owner alone may read");
  actInRoom(terminal, namingPeople(access), accessPeople);
}

async function accessPeople({ session, options }: SessionCall): Promise<Outcome> {
  const identifiers = hashedIn(options);
  if (!identifiers.ok) return identifiers;
  const body = { identifiers: identifiers.value };
  const answer = await session.client.call((api) => api.POST("/v1/subjects/access", { body }));
  if (!answer.ok) return err(refusedByRoom(answer.error));
  const { out } = optionsSchema.parse(options);
  const kept = out === undefined ? ok("") : await writePrivately(out, `${JSON.stringify(answer.value)}\n`);
  if (!kept.ok) return kept;
  return ok({ json: answer.value, lines: accessLines(answer.value) });
}

function accessLines({ datasets, contracts, recipients, inForce, isKeptOut }: Access): string[] {
  const held = datasets.flatMap(({ dataset, versions }) =>
    versions.flatMap(({ version, isInForce, identifiers, rows }) => [
      `${dataset}, version ${version}${isInForce ? ", in force" : ""}; kept as tokens: ${identifiers.join(", ")}`,
      ...rows.map((row) => `  ${rowInWords(row)}`),
    ]),
  );
  const used = contracts.flatMap(({ name, contract, state, validity, analyses, retention, audienceValidity }) => [
    `used under the contract ${name} (${contract.slice(0, 12)}), ${state.replaceAll("-", " ")}, ` +
      `${validity.from} to ${validity.until}; answers are kept ${retention}, lists ${audienceValidity}:`,
    ...analyses.map(
      ({ analysis, purposes, recipients: to }) => `  ${analysis} for ${purposes.join(", ")}, to ${to.join(", ")}`,
    ),
  ]);
  return [
    ...(held.length === 0 ? ["nobody in your lists has these identifiers"] : held),
    ...used,
    ...recipientLines(recipients),
    ...inForce.map((scope) => `left out ${scopeInWords(scope)}`),
    ...(isKeptOut ? ["erased before, and kept out of all that you upload"] : []),
  ];
}

function rowInWords({ record, attributes, measures, consents }: Row): string {
  const values = [...Object.entries(attributes), ...Object.entries(measures)].map(
    ([name, value]) => `${name} ${value}`,
  );
  const given = consents.length === 0 ? "no consent" : `consents: ${consents.join(", ")}`;
  return [record, ...values, given].join("; ");
}
