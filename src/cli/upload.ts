// `concordat upload`: a list into the room. A raw one is hashed on this machine first; one that stopped half-way goes
// on where it stopped.

import { createReadStream, rmSync } from "node:fs";
import { mkdtemp, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { deletionLines, doctorLines } from "../client/local/doctor-lines.ts";
import type { ProblemReply } from "../client/problem-reply.ts";
import { type Change, type UploadProgress, uploadList, type Version } from "../client/upload.ts";
import { type DatasetSchema, datasetSchemaSchema } from "../domain/dataset/schema.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { versionLines } from "./dataset.ts";
import { describe } from "./describe.ts";
import { documentAt } from "./documents.ts";
import { reasonOf } from "./files.ts";
import { hashWithProgress } from "./hash.ts";
import { fileDigest, keepUpload, openUploadOf, type UploadPlace } from "./open-uploads.ts";
import { type ProgressLine, progressLine } from "./progress-line.ts";
import { actInRoom, type SessionCall, told } from "./session.ts";
import {
  EXIT,
  failed,
  misused,
  type Outcome,
  type Refusal,
  refusedByRoom,
  type Terminal,
  type World,
} from "./terminal.ts";

const optionsSchema = z.object({
  hashed: z.boolean().optional(),
  schema: z.string().optional(),
  country: z.string().optional(),
  upsert: z.boolean().optional(),
  delete: z.boolean().optional(),
});

export function addUpload(program: Command, terminal: Terminal): void {
  const command = describe(
    program.command("upload <dataset> <file>"),
    "bring a list in, CSV or NDJSON: a raw one is hashed on this machine first, and an upload that broke off goes on",
    ["concordat upload customers customers.csv --country GB", "concordat upload customers gone.csv --delete"],
  )
    .option("--upsert", "the rows take the place of those with their record references; all others stay")
    .option("--delete", "rows with these record references go; nothing is hashed, and only the record column is sent")
    .option("--hashed", "the file is hashed already, by `concordat hash` or as its schema says")
    .option("-s, --schema <file>", "the dataset's schema (default: as the room knows it)")
    .option("-c, --country <code>", "country of phones without country code and of postal codes, such as GB");
  actInRoom(terminal, command, upload);
}

async function upload(call: SessionCall): Promise<Outcome> {
  const [dataset = "", file = ""] = call.operands;
  const options = optionsSchema.parse(call.options);
  if (options.upsert === true && options.delete === true) {
    return err(misused("a list is upserted or deleted, not both", "give one of --upsert and --delete"));
  }
  const change = options.upsert === true ? "upsert" : options.delete === true ? "delete" : "replace";
  const missing = await stat(file).then(
    () => null,
    (error: unknown) => reasonOf(error),
  );
  if (missing !== null) return err(failed(`\`${file}\` cannot be read: ${missing}`));
  const run: Run = { dataset, change, file, folder: null, begun: null, isSealing: false };
  return untilInterrupted(call.terminal.world, run, () =>
    isSentAsItIs(run, options) ? send(call, run) : prepare(call, run),
  );
}

// Even of a hashed list, what deletes needs no digests in the room.
function isSentAsItIs({ change }: Run, { hashed }: z.output<typeof optionsSchema>): boolean {
  return hashed === true && change !== "delete";
}

/** One run of the command, and what it must put in order and tell when it is interrupted. */
type Run = {
  readonly dataset: string;
  readonly change: Change;
  /** What goes up. */
  file: string;
  /** Holds the list as it goes up; hashed lists are personal data, so it is its owner's alone and goes with the run. */
  folder: string | null;
  begun: string | null;
  isSealing: boolean;
};

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

async function untilInterrupted(world: World, run: Run, work: () => Promise<Outcome>): Promise<Outcome> {
  const tidy = () => {
    if (run.folder !== null) rmSync(run.folder, { recursive: true, force: true });
  };
  const leave = () => {
    tidy();
    world.standardError(`${world.isTerminal ? "\r\u001b[2K" : ""}${interruptedLines(run).join("\n")}\n`);
    process.exit(EXIT.failed);
  };
  for (const signal of SIGNALS) process.once(signal, leave);
  try {
    return await work();
  } finally {
    for (const signal of SIGNALS) process.off(signal, leave);
    tidy();
  }
}

function interruptedLines({ begun, isSealing }: Run): string[] {
  if (begun === null) return ["interrupted: nothing was sent"];
  return [
    isSealing
      ? `interrupted: the room has all of upload ${begun} and goes on sealing it`
      : `interrupted: upload ${begun} is not whole, and nothing of it is in force`,
    "to go on, or to see what came of it: give the same command again",
    `to give it up: \`concordat dataset drop-upload ${begun}\``,
  ];
}

async function prepare(call: SessionCall, run: Run): Promise<Outcome> {
  run.folder = await mkdtemp(join(tmpdir(), "concordat-hashed-"));
  const to = join(run.folder, "list.csv");
  const refusal = await hashFirst(call, run, to);
  if (refusal !== null) return err(refusal);
  run.file = to;
  return send(call, run);
}

// What the doctor finds goes to standard error: the answer of this command is the version.
async function hashFirst(call: SessionCall, { dataset, change, file }: Run, to: string): Promise<Refusal | null> {
  const { country } = optionsSchema.parse(call.options);
  const schema = await schemaFor(call, dataset);
  if (!schema.ok) return schema.error;
  const report = await hashWithProgress(call.terminal, { from: file, to, schema: schema.value, country, change });
  if (!report.ok) return report.error;
  const lines = change === "delete" ? deletionLines(report.value) : doctorLines(report.value);
  call.terminal.world.standardError(`${lines.join("\n")}\n`);
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

async function send(call: SessionCall, run: Run): Promise<Outcome> {
  const { url, partner } = call.session.profile;
  const { dataset, change } = run;
  const place = { url, partner, dataset, change, digest: await fileDigest(run.file) };
  const begun = await openUploadOf(call.terminal.world, place);
  if (!begun.ok) return begun;
  const first = await sendList(call, { place, run, resume: begun.value });
  // Another version of Node may pack a part otherwise; then the list goes up afresh.
  const isOtherwise = begun.value !== undefined && !first.ok && first.error.kind === "part-mismatch";
  const sent = isOtherwise ? await sendList(call, { place, run, resume: undefined }) : first;
  const isOver = sent.ok || isFinal(sent.error);
  const forgotten = isOver ? await keepUpload(call.terminal.world, place, null) : ok("");
  if (!forgotten.ok) return forgotten;
  return told(sent, (version) => ({ json: version, lines: versionLines(version) }));
}

// The upload itself is refused; anything else may pass, and then it goes on.
function isFinal({ kind, status }: ProblemReply): boolean {
  return kind.startsWith("list-") || (status >= 400 && status < 500 && status !== 401 && status !== 429);
}

type Sending = { readonly place: UploadPlace; readonly run: Run; readonly resume: string | undefined };

async function sendList(
  { session, terminal }: SessionCall,
  { place, run, resume }: Sending,
): Promise<Result<Version, ProblemReply>> {
  const { world } = terminal;
  const bytesTotal = (await stat(run.file)).size;
  const lines = uploadLines(world, bytesTotal);
  if (resume !== undefined) world.standardError("going on with the upload that was begun before\n");
  try {
    return await uploadList({
      client: session.client,
      dataset: place.dataset,
      change: place.change,
      source: createReadStream(run.file, { highWaterMark: 262_144 }),
      resume,
      onOpen: async (id) => {
        await keepUpload(world, place, id);
        run.begun = id;
      },
      onProgress: (progress) => {
        run.isSealing = progress.phase === "sealing";
        lines.show(progress);
      },
    });
  } finally {
    lines.end();
  }
}

// Two tasks one after the other, each with its own pace.
function uploadLines(world: World, bytesTotal: number) {
  const sending = progressLine(world, "sending");
  let sealing: ProgressLine | null = null;
  return {
    show: ({ phase, rows, rowsTotal, bytes }: UploadProgress) => {
      if (phase === "sending") return sending.show({ rows, bytes, bytesTotal });
      if (sealing === null) {
        sending.end();
        world.standardError("sealing the version ...\n");
        sealing = progressLine(world, "sealing");
      }
      if (rowsTotal !== null) sealing.show({ rows, rowsTotal, bytes, bytesTotal });
    },
    end: () => (sealing ?? sending).end(),
  };
}
