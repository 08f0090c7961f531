// `concordat room key`: what a rotation of the room key would do, and the rotation itself. It works on a room that does
// not serve, on its machine, with its settings.

import type { Command } from "commander";
import { z } from "zod";
import { type Config, readConfig } from "../config.ts";
import { keyVariables } from "../domain/key-place.ts";
import { err, ok } from "../domain/result.ts";
import type { RotatedKey, RotationPlan } from "../safekeeping/rotate-room-key.ts";
import { describe } from "./describe.ts";
import { grouped, sized } from "./figures.ts";
import { taskLine } from "./progress-line.ts";
import { roomCommand } from "./room.ts";
import { act, type Call, EXIT, failed, type Outcome, type Terminal } from "./terminal.ts";

const optionsSchema = z.object({ rotate: z.boolean().optional(), yes: z.boolean().optional() });

/** Rows that are keyed again a second on two cores, roughly. */
const ROWS_A_SECOND = 300_000;

/** Adds the subcommand. The room is that of the environment, as `serve` reads it; it must not run. */
export function addRoomKey(program: Command, terminal: Terminal): void {
  const command = describe(
    roomCommand(program).command("key"),
    "show what a rotation of the room key would do, and rotate it; run it on the machine of a room that is stopped",
    [
      "CONCORDAT_DATA=/srv/room concordat room key   # the plan alone",
      "CONCORDAT_DATA=/srv/room concordat room key --rotate --yes",
    ],
  )
    .option("--rotate", "rotate it, or go on with a rotation that broke off")
    .option("--yes", "without asking");
  act(terminal, command, (call) => roomKey(terminal, call));
}

async function roomKey({ world }: Terminal, { options: all }: Call): Promise<Outcome> {
  const options = optionsSchema.parse(all);
  const config = readConfig(world.environment);
  if (!config.ok) return err(failed(`nothing was rotated: ${config.error.join("; ")}`));
  const progress = taskLine(
    world,
    (rows: number, total: number) => `keyed again: ${grouped(rows)} of ${grouped(total)} rows`,
  );
  const { rotateKeys } = await import("../safekeeping/rotate-room-key.ts");
  const rotated = await rotateKeys(config.value, {
    tell: ({ rows, rowsTotal }) => progress.show(rows, rowsTotal),
    isWanted: async (plan) => {
      if (options.rotate !== true) return false;
      world.standardError(`${planLines(config.value, plan).join("\n")}\n`);
      if (options.yes === true) return true;
      return (await world.answer?.("rotate the room key now? [yes/no] "))?.trim() === "yes";
    },
  });
  progress.end();
  if (!rotated.ok) return err(failed(`nothing was rotated: ${rotated.error.join("; ")}`));
  if ("plan" in rotated.value) return ok({ json: rotated.value, lines: doneLines(config.value, rotated.value) });
  return planAlone(config.value, rotated.value, options.rotate === true);
}

function planAlone(config: Config, plan: RotationPlan, wasAsked: boolean): Outcome {
  const json = { plan };
  if (!wasAsked) return ok({ json, lines: [...planLines(config, plan), "nothing was done: --rotate does it"] });
  return err({ exit: EXIT.usage, json, lines: ["nothing was done: answer yes, or say --yes"] });
}

/** What is keyed again, what stays, and what it is good for. */
function planLines({ engine }: Config, plan: RotationPlan): string[] {
  const { amount, uploads, goesOn, keysNow, keysThen } = plan;
  const { versions, rows, bytes, kept } = amount;
  return [
    goesOn
      ? `a rotation of the room key goes on: tokens are made with ${keysThen} keys in the end`
      : `the room key is rotated: tokens are made with ${keysThen} keys in place of ${keysNow}`,
    `  keyed again: ${grouped(versions)} versions of lists, ${grouped(rows)} rows, ${sized(bytes)}`,
    `               ${grouped(kept)} erasures, objections and requests for deletion`,
    "               what the room remembers of erasures beside its database",
    `  takes about ${timeFor(rows)}, and disk for one more list; the room does not serve meanwhile`,
    ...(engine === "sql" ? ["  token tables are filled again, list by list"] : []),
    uploads === 0 ? "  no upload is open" : `  dropped: ${grouped(uploads)} open uploads, which are to be begun again`,
    ...WHAT_IT_MEANS,
  ];
}

const WHAT_IT_MEANS = [
  "  stays: versions with their names, contracts, answers, receipts, budgets, the log, erasures and objections",
  "  ends: lists with deniable entries that were given cannot be collected again",
  "  may differ: which of several people who share identifiers is the one that is matched",
  "  protects: what is sealed, against whoever has the former room key alone",
  "  does not protect: against whoever has both keys; copies and backups that were made before",
  "  the former key cannot be destroyed: uploads need both. Where it was stolen together with lists, a fresh room is",
  "  right: lists are brought again, and people erased again by their partners",
];

function timeFor(rows: number): string {
  const seconds = Math.max(1, Math.ceil(rows / ROWS_A_SECOND));
  return seconds >= 120 ? `${Math.ceil(seconds / 60)} min` : `${seconds} s`;
}

function doneLines(config: Config, { amount: { versions, rows, kept }, scheme }: RotatedKey): string[] {
  return [
    `the room key is rotated: ${grouped(versions)} versions with ${grouped(rows)} rows are of \`${scheme}\` now`,
    `  ${grouped(kept)} erasures, objections and requests for deletion with them`,
    ...keepLines(config),
    "copy the keys and the key ring to where you keep them, and start the room",
  ];
}

function keepLines({ keys }: Config): string[] {
  switch (keys.kind) {
    case "file":
      return [`${keys.path} holds every key, the new one last: no list opens to questions without all of them`];
    case "env": {
      const { nextRoom, roomLinks } = keyVariables(keys.prefix);
      return [
        `put the key of ${nextRoom} behind those of ${roomLinks}, and empty ${nextRoom} before the next rotation`,
      ];
    }
    case "command":
      return ["have the command print this `next.room` as the last of `roomLinks`, and another one next time"];
  }
}
