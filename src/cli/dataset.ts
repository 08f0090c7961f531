// `concordat dataset`: a partner's lists as the room knows them, and their versions.

import type { Command } from "commander";
import type { components } from "../client/api-types.gen.ts";
import { clearing } from "../client/local/doctor-lines.ts";
import { datasetSchemaSchema } from "../domain/dataset/schema.ts";
import { err, ok } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { documentAt } from "./documents.ts";
import { aligned, grouped } from "./figures.ts";
import { forgetOpenUpload } from "./open-uploads.ts";
import { actInRoom, everyItem, type SessionCall, told } from "./session.ts";
import { failed, type Outcome, type Terminal } from "./terminal.ts";

type Version = components["schemas"]["Version"];

export function addDataset(program: Command, terminal: Terminal): void {
  const dataset = describe(program.command("dataset"), "declare your lists, and see their versions");
  actInRoom(
    terminal,
    describe(dataset.command("create <file>"), "declare a list and its columns", [
      "concordat dataset create partners/sunline-holidays/schema.json",
    ]),
    create,
  );
  actInRoom(terminal, describe(dataset.command("list"), "show your lists", ["concordat dataset list"]), list);
  actInRoom(
    terminal,
    describe(dataset.command("versions <dataset>"), "show a list's versions, the one in force first", [
      "concordat dataset versions customers",
    ]),
    versions,
  );
  actInRoom(
    terminal,
    describe(dataset.command("drop-upload <upload>"), "give up an upload that was begun: its parts are deleted", [
      "concordat dataset drop-upload upl_...",
    ]),
    dropUpload,
  );
}

/** A version for a person: what is in force, and what became of the rows. */
export function versionLines(version: Version): string[] {
  const { id, dataset, sequence, people, duplicates, leftOut, sealedAt, report } = version;
  const rows = `${grouped(report.read)} rows read, ${grouped(report.accepted)} accepted`;
  const nobody = `${grouped(report.blank)} without identifier${clearing(report.cleared, grouped(report.cleared))}`;
  const left = `${nobody}, ${grouped(report.rejected)} refused`;
  const refused = Object.entries(report.byReason).map(
    ([reason, count]) => `  ${grouped(count)} ${reason.replaceAll("-", " ")}`,
  );
  const [first] = report.rejects;
  const where = first === undefined ? [] : [`  the first: part ${first.part}, line ${first.line}`];
  return [
    `version ${sequence} of ${dataset} (${id}), sealed at ${sealedAt}`,
    endLine(version),
    `${grouped(people)} people (${grouped(duplicates)} duplicates joined)`,
    ...(leftOut === 0 ? [] : [`${grouped(leftOut)} people left out, whom you have erased`]),
    ...incrementLines(version),
    `${rows}, ${left}`,
    ...refused,
    ...where,
  ];
}

function endLine({ endsAt, isEndStated }: Version): string {
  const end = `ends at ${endsAt}: no question reaches it then, and it is deleted`;
  return isEndStated ? end : `${end}; neither its schema nor a policy says how long it is kept, your first policy will`;
}

function incrementLines({ change, increment }: Version): string[] {
  if (increment === null) return [];
  const { rowsRemoved, rowsAdded, referencesUnknown } = increment;
  const moved = `${grouped(rowsRemoved)} rows went, ${grouped(rowsAdded)} came`;
  return [`${change}: ${moved}; ${grouped(referencesUnknown)} record references were not there before`];
}

async function create({ session, operands }: SessionCall): Promise<Outcome> {
  const schema = await documentAt(operands[0], datasetSchemaSchema);
  if (!schema.ok) return schema;
  const answer = await session.client.call((api) => api.POST("/v1/datasets", { body: schema.value }));
  return told(answer, (dataset) => ({
    json: dataset,
    lines: [`${dataset.name} is declared`, `next: \`concordat upload ${dataset.name} FILE\``],
  }));
}

async function list({ session }: SessionCall): Promise<Outcome> {
  const answer = await session.client.call((api) => api.GET("/v1/datasets"));
  return told(answer, ({ items }) => ({
    json: items,
    lines: aligned([["list", "declared"], ...items.map(({ name, createdAt }) => [name, createdAt])]),
  }));
}

async function versions({ session, operands }: SessionCall): Promise<Outcome> {
  const path = { dataset: operands[0] ?? "" };
  const versions = await everyItem((query) =>
    session.client.call((api) => api.GET("/v1/datasets/{dataset}/versions", { params: { path, query } })),
  );
  if (!versions.ok) return versions;
  if (versions.value.length === 0) return ok({ json: [], lines: ["no version yet"] });
  return ok({
    json: versions.value,
    lines: versions.value.flatMap((version, at) => [
      ...(at === 0 ? ["in force:"] : ["", "earlier:"]),
      ...versionLines(version),
    ]),
  });
}

async function dropUpload({ session, terminal, operands }: SessionCall): Promise<Outcome> {
  const [id = ""] = operands;
  const params = { path: { upload: id } };
  const answer = await session.client.call((api) => api.DELETE("/v1/uploads/{upload}", { params }));
  if (answer.ok) {
    const forgotten = await forgetOpenUpload(terminal.world, id);
    if (!forgotten.ok) return forgotten;
    if (answer.value.state !== "dropped") return err(failed(`the upload is ${answer.value.state}`));
  }
  return told(answer, (upload) => ({ json: upload, lines: [`${id} is dropped; the version in force is as it was`] }));
}
