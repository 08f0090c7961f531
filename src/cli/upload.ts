// `concordat upload`: a list into the room. A raw one is hashed on this machine first; one that stopped half-way goes
// on where it stopped.

import { createReadStream, rmSync } from "node:fs";
import { mkdtemp, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { doctorLines } from "../client/local/doctor-lines.ts";
import type { ProblemReply } from "../client/problem-reply.ts";
import { uploadList, type Version } from "../client/upload.ts";
import { type DatasetSchema, datasetSchemaSchema } from "../domain/dataset/schema.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { versionLines } from "./dataset.ts";
import { describe } from "./describe.ts";
import { documentAt } from "./documents.ts";
import { reasonOf } from "./files.ts";
import { hashWithProgress } from "./hash.ts";
import { fileDigest, keepUpload, openUploadOf, type UploadPlace } from "./open-uploads.ts";
import { progressLine } from "./progress-line.ts";
import { actInRoom, type SessionCall, told } from "./session.ts";
import { EXIT, failed, type Outcome, type Refusal, refusedByRoom, type Terminal } from "./terminal.ts";

const optionsSchema = z.object({
  hashed: z.boolean().optional(),
  schema: z.string().optional(),
  country: z.string().optional(),
});

export function addUpload(program: Command, terminal: Terminal): void {
  const command = describe(
    program.command("upload <dataset> <file>"),
    "bring a list in: a raw one is hashed on this machine first, and an upload that broke off goes on",
    ["concordat upload customers customers.csv --country GB"],
  )
    .option("--hashed", "the file is hashed already, by `concordat hash` or as its schema says")
    .option("-s, --schema <file>", "the dataset's schema (default: as the room knows it)")
    .option("-c, --country <code>", "country of phones without country code, such as GB");
  actInRoom(terminal, command, upload);
}

async function upload(call: SessionCall): Promise<Outcome> {
  const [dataset = "", file = ""] = call.operands;
  const missing = await stat(file).then(
    () => null,
    (error: unknown) => reasonOf(error),
  );
  if (missing !== null) return err(failed(`\`${file}\` cannot be read: ${missing}`));
  if (optionsSchema.parse(call.options).hashed === true) return send(call, dataset, file);
  return inScratchFolder(async (folder) => {
    const to = join(folder, "list.csv");
    const refusal = await hashFirst(call, { dataset, file, to });
    return refusal === null ? await send(call, dataset, to) : err(refusal);
  });
}

// Hashed lists are personal data: the folder is its owner's alone, and goes when the command ends, interrupted or not.
async function inScratchFolder(work: (folder: string) => Promise<Outcome>): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "concordat-hashed-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const leave = () => {
    remove();
    process.exit(EXIT.failed);
  };
  for (const signal of SIGNALS) process.once(signal, leave);
  try {
    return await work(folder);
  } finally {
    for (const signal of SIGNALS) process.off(signal, leave);
    remove();
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

type Raw = { readonly dataset: string; readonly file: string; readonly to: string };

// What the doctor finds goes to standard error: the answer of this command is the version.
async function hashFirst(call: SessionCall, { dataset, file, to }: Raw): Promise<Refusal | null> {
  const { country } = optionsSchema.parse(call.options);
  const schema = await schemaFor(call, dataset);
  if (!schema.ok) return schema.error;
  const report = await hashWithProgress(call.terminal, { from: file, to, schema: schema.value, country });
  if (!report.ok) return report.error;
  call.terminal.world.standardError(`${doctorLines(report.value).join("\n")}\n`);
  if (!report.value.rejects.isExceeded) return null;
  return failed("too many rows are refused: nothing was sent", "mend the rows that are named above, and upload again");
}

async function schemaFor({ session, options }: SessionCall, dataset: string): Promise<Result<DatasetSchema, Refusal>> {
  const { schema } = optionsSchema.parse(options);
  if (schema !== undefined) return documentAt(schema, datasetSchemaSchema);
  const lists = await session.client.call((api) => api.GET("/v1/datasets"));
  if (!lists.ok) return err(refusedByRoom(lists.error));
  const known = lists.value.items.find(({ name }) => name === dataset);
  if (known === undefined) {
    return err(failed(`you have no dataset \`${dataset}\``, "declare it: `concordat dataset create FILE`"));
  }
  const read = datasetSchemaSchema.safeParse(known.schema);
  return read.success ? ok(read.data) : err(failed("the room's schema cannot be read", "give the file with --schema"));
}

async function send(call: SessionCall, dataset: string, file: string): Promise<Outcome> {
  const { url, partner } = call.session.profile;
  const place = { url, partner, dataset, digest: await fileDigest(file) };
  const begun = await openUploadOf(call.terminal.world, place);
  if (!begun.ok) return begun;
  const first = await sendList(call, { place, file, resume: begun.value });
  // Another version of Node may pack a part otherwise; then the list goes up afresh.
  const isOtherwise = begun.value !== undefined && !first.ok && first.error.kind === "part-mismatch";
  const sent = isOtherwise ? await sendList(call, { place, file, resume: undefined }) : first;
  const isOver = sent.ok || isFinal(sent.error);
  const forgotten = isOver ? await keepUpload(call.terminal.world, place, null) : ok("");
  if (!forgotten.ok) return forgotten;
  return told(sent, (version) => ({ json: version, lines: versionLines(version) }));
}

// The upload itself is refused; anything else may pass, and then it goes on.
function isFinal({ kind, status }: ProblemReply): boolean {
  return kind.startsWith("list-") || (status >= 400 && status < 500 && status !== 401 && status !== 429);
}

type Sending = { readonly place: UploadPlace; readonly file: string; readonly resume: string | undefined };

async function sendList(
  { session, terminal }: SessionCall,
  { place, file, resume }: Sending,
): Promise<Result<Version, ProblemReply>> {
  const { world } = terminal;
  const bytesTotal = (await stat(file)).size;
  const line = progressLine(world, "sending");
  if (resume !== undefined) world.standardError("going on with the upload that was begun before\n");
  try {
    return await uploadList({
      client: session.client,
      dataset: place.dataset,
      source: createReadStream(file, { highWaterMark: 262_144 }),
      resume,
      onOpen: async (id) => {
        await keepUpload(world, place, id);
      },
      onProgress: ({ phase, rows, bytes }) => {
        if (phase === "sending") return line.show({ rows, bytes, bytesTotal });
        line.end();
        world.standardError("sealing the version ...\n");
      },
    });
  } finally {
    line.end();
  }
}
