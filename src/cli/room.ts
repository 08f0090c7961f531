// `concordat room`: what the operator does to a running room.

import type { Command } from "commander";
import { z } from "zod";
import { describe } from "./describe.ts";
import { actInRoom, type SessionCall, told } from "./session.ts";
import type { Outcome, Terminal } from "./terminal.ts";
import { invitationTold } from "./user.ts";

const linkSchema = z.object({ name: z.string().optional() });

/** The command that those which look after a room stand under, made by the first of them. */
export function roomCommand(program: Command): Command {
  const known = program.commands.find((command) => command.name() === "room");
  return known ?? describe(program.command("room"), "look after a room: its pages, its keys (operator)");
}

export function addRoom(program: Command, terminal: Terminal): void {
  const room = roomCommand(program);
  const link = describe(room.command("link"), "print a link that signs an operator into the room's own pages, once", [
    "concordat room link --partner operator --key ~/.concordat/operator.jwk",
  ]).option("--name <name>", "what people call the person; shown in the console, never in the log");
  actInRoom(terminal, link, linkOperator);
  actInRoom(
    terminal,
    describe(room.command("rotate-wrapping"), "seal the key ring under the next wrapping key, while the room serves", [
      "concordat room rotate-wrapping --partner operator --key ~/.concordat/operator.jwk",
    ]),
    rotateWrapping,
  );
  actInRoom(
    terminal,
    describe(
      room.command("rotate-log"),
      "hand the log over to another key, which the former names; old receipts verify as before",
      ["concordat room rotate-log --partner operator --key ~/.concordat/operator.jwk"],
    ),
    rotateLog,
  );
}

async function linkOperator({ session, options }: SessionCall): Promise<Outcome> {
  const { name } = linkSchema.parse(options);
  const body = { role: "operator" as const, name: name ?? "operator" };
  const invited = await session.client.call((api) => api.POST("/v1/people", { body }));
  return told(invited, (invitation) => invitationTold(session.client.url, invitation));
}

async function rotateLog({ session }: SessionCall): Promise<Outcome> {
  const handed = await session.client.call((api) => api.POST("/v1/room/log-key", { body: {} }));
  return told(handed, ({ from, to, index, note }) => ({
    json: { from, to, index, note },
    lines: [
      `the log has the key ${to} from now on; entry ${index} is the last that ${from} signed for`,
      "witnesses and exports follow by themselves; partners run `concordat audit key`, so that their profiles follow",
      "a file of keys holds the new one alone by now; from a service or the environment, make the next key the",
      "present one, and destroy the former",
    ],
  }));
}

async function rotateWrapping({ session }: SessionCall): Promise<Outcome> {
  const rotated = await session.client.call((api) => api.POST("/v1/room/wrapping-key", { body: {} }));
  return told(rotated, ({ from, to, holders }) => ({
    json: { from, to, holders },
    lines: [
      `the key ring lies under wrapping key ${to}, with ${holders} keys; the former was ${from}`,
      "a file of keys holds the new one alone by now; from a service or the environment, make the next key the",
      "present one, and destroy the former: copies of the key ring from before open under nothing else",
    ],
  }));
}
