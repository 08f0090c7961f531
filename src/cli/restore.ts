// `concordat restore FILE`: puts a room back from a backup, compared with what is known of its log beside it.

import type { Command } from "commander";
import { z } from "zod";
import { type Config, readConfig } from "../config.ts";
import { parseStrictJson } from "../domain/canonical-json.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { BackupContents, Restored, Wanted } from "../safekeeping/restore.ts";
import { describe } from "./describe.ts";
import { grouped } from "./figures.ts";
import { readText } from "./files.ts";
import { act, type Call, EXIT, failed, misused, type Outcome, type Refusal, type Terminal } from "./terminal.ts";

const optionsSchema = z.object({
  check: z.boolean().optional(),
  memory: z.string().optional(),
  witnessed: z.array(z.string()).optional(),
  unwitnessed: z.boolean().optional(),
});
type Options = z.output<typeof optionsSchema>;

const NOTHING_TO_COMPARE =
  "say what the room's log is compared with: --memory DIR, --witnessed FILE, or --unwitnessed where nothing is left";
const WHY_COMPARE =
  "ask partners for their checkpoints: a room that went on from an old backup would sign a second history";

/** Adds the subcommand. The room is made where the environment says, as `serve` reads it. */
export function addRestore(program: Command, terminal: Terminal): void {
  const command = describe(
    program.command("restore <file>"),
    "put a room back from a backup into an empty directory and an empty database; exit code 5 when it is read-only",
    [
      "CONCORDAT_DATA=/srv/room CONCORDAT_KEYS=file:/safe/keys.json concordat restore room.backup --memory /srv/old",
      "concordat restore room.backup --witnessed alba.json --witnessed boreal.txt   # checkpoints that partners kept",
      "concordat restore room.backup --check   # reads it to its end and writes nothing",
    ],
  )
    .option("--memory <dir>", "the data directory of the room before, or copies of its two memory files")
    .option("--witnessed <file...>", "checkpoints that witnesses and partners kept: their memory files or signed notes")
    .option("--unwitnessed", "nothing is left to compare with: told to every partner in the log")
    .option("--check", "read the backup to its end and write nothing");
  act(terminal, command, (call) => restore(terminal, call));
}

async function restore({ world }: Terminal, { operands, options: all }: Call): Promise<Outcome> {
  const file = operands[0] ?? "";
  const options = optionsSchema.parse(all);
  const config = readConfig(world.environment);
  if (!config.ok) return err(failed(`nothing was restored: ${config.error.join("; ")}`));
  if (options.check === true) return check(config.value, file);
  const { memory, witnessed, unwitnessed } = options;
  const isCompared = memory !== undefined || witnessed !== undefined;
  if (isCompared === (unwitnessed === true)) return err(misused(NOTHING_TO_COMPARE, WHY_COMPARE));
  const wanted = await wantedOf(file, options);
  if (!wanted.ok) return wanted;
  const { restoreRoom } = await import("../safekeeping/restore.ts");
  const restored = await restoreRoom(config.value, wanted.value);
  if (!restored.ok) return err(failed(`nothing was restored: ${restored.error.join("; ")}`));
  const exit = restored.value.readOnly === null ? EXIT.done : EXIT.unverified;
  return ok({ json: restored.value, lines: linesOf(config.value, restored.value), exit });
}

async function check(config: Config, file: string): Promise<Outcome> {
  const { readBackup } = await import("../safekeeping/restore.ts");
  const contents = await readBackup(config, file);
  if (!contents.ok) return err(failed(contents.error.join("; ")));
  return ok({ json: contents.value, lines: ["the backup is whole, and these keys open it", ...holds(contents.value)] });
}

async function wantedOf(file: string, { memory, witnessed }: Options): Promise<Result<Wanted, Refusal>> {
  const notes: { readonly from: string; readonly note: string }[] = [];
  for (const from of witnessed ?? []) {
    const text = await readText(from);
    if (!text.ok) return text;
    notes.push({ from, note: noteIn(text.value) });
  }
  return ok({ file, memory: memory ?? null, witnessed: notes });
}

const memorySchema = z.object({ checkpoint: z.string() });

/** A witness keeps the note in its memory, a person by itself. */
function noteIn(text: string): string {
  const json = parseStrictJson(text);
  const memory = memorySchema.safeParse(json.ok ? json.value : null);
  return memory.success ? memory.data.checkpoint : text;
}

function holds({ name, madeAt, release, entries, rows, files }: BackupContents): string[] {
  return [
    `  ${name}, made at ${madeAt} by release ${release}`,
    `  ${grouped(entries)} entries of the log, ${grouped(rows)} rows, ${grouped(files)} sealed files`,
  ];
}

function linesOf({ dataDirectory }: Config, restored: Restored): string[] {
  const { accounts, rekeyed, replayed, compared, readOnly, entries } = restored;
  const erased =
    replayed.erasures === 0
      ? "no erasure came after it"
      : `erased once more: ${grouped(replayed.erasures)} later erasures, ${grouped(replayed.people)} people in lists`;
  const compare =
    compared === null
      ? "nothing outside it says whether the log had more entries"
      : `compared with a checkpoint of ${grouped(compared)} entries that was kept elsewhere`;
  return [
    `restored into ${dataDirectory}`,
    ...holds(restored),
    `  the log is whole, and ${grouped(accounts)} accounts of the ledger hold what it says was spent`,
    ...(rekeyed === 0 ? [] : [`  keyed again under the present room key: ${grouped(rekeyed)} versions of lists`]),
    `  ${erased}`,
    `  ${compare}`,
    ...(readOnly === null
      ? [`the room goes on after ${grouped(entries)} entries: start it with \`concordat serve\``]
      : [`note: ${readOnly}`]),
  ];
}
