// `concordat room`: what the operator does to a running room.

import type { Command } from "commander";
import { describe } from "./describe.ts";
import { actInRoom, type SessionCall, told } from "./session.ts";
import type { Outcome, Terminal } from "./terminal.ts";

export function addRoom(program: Command, terminal: Terminal): void {
  const room = describe(program.command("room"), "rotate the keys of a running room (operator)");
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
