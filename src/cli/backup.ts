// `concordat backup FILE`: one encrypted file of the room's database and sealed lists, made on the room's machine while
// the room serves.

import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { type Config, readConfig } from "../config.ts";
import { err, ok } from "../domain/result.ts";
import type { BackedUp } from "../safekeeping/back-up.ts";
import { describe } from "./describe.ts";
import { grouped } from "./figures.ts";
import { act, failed, type Outcome, type Terminal } from "./terminal.ts";

/** Adds the subcommand. The room is that of the environment, as `serve` reads it. */
export function addBackup(program: Command, terminal: Terminal): void {
  const command = describe(
    program.command("backup <file>"),
    "copy a room into one encrypted file, while it serves; run it on the room's machine with the room's settings",
    ["CONCORDAT_DATA=/srv/room concordat backup /backups/room-2026-11-26.backup"],
  );
  act(terminal, command, ({ operands }) => backup(terminal, operands[0] ?? ""));
}

async function backup({ world }: Terminal, file: string): Promise<Outcome> {
  const config = readConfig(world.environment);
  if (!config.ok) return err(failed(`no backup was made: ${config.error.join("; ")}`));
  const folder = dirname(resolve(file));
  if (!existsSync(folder)) return err(failed(`no backup was made: there is no folder \`${folder}\``));
  const { backUp } = await import("../safekeeping/back-up.ts");
  const made = await backUp(config.value, file);
  if (!made.ok) return err(failed(`no backup was made: ${made.error.join("; ")}`));
  const { name, path, digest, bytes, entries, rows, files } = made.value;
  return ok({
    json: made.value,
    lines: [
      `backed up: ${path}, ${grouped(bytes)} bytes`,
      `  ${grouped(entries)} entries of the log, ${grouped(rows)} rows, ${grouped(files)} sealed files`,
      `  ${name}, SHA-256 ${digest}`,
      "the room's keys are not in it, and nothing opens it without them: keep",
      `  ${apart(config.value, made.value)} elsewhere,`,
      "  and copy the key ring again whenever a partner comes or leaves",
    ],
  });
}

function apart({ keys }: Config, { keyRing }: BackedUp): string {
  return `${keys.kind === "file" ? keys.path : "the room's keys"} and ${keyRing}`;
}
