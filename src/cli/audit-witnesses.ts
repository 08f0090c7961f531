// `concordat audit witnesses`: who watches the room's log, and the end of a witness of one's own.

import type { Command } from "commander";
import { describe } from "./describe.ts";
import { aligned, grouped } from "./figures.ts";
import { actInRoom, type SessionCall, told } from "./session.ts";
import type { Outcome, Terminal } from "./terminal.ts";

export function addWitnesses(audit: Command, terminal: Terminal): void {
  actInRoom(
    terminal,
    describe(audit.command("witnesses"), "show who cosigns the log, with which key, and up to where", [
      "concordat audit witnesses",
    ]),
    list,
  );
  actInRoom(
    terminal,
    describe(audit.command("retire-witness <thumbprint>"), "end a witness of yours; what it cosigned stays", [
      "concordat audit retire-witness 3kQ1…",
    ]),
    retire,
  );
}

async function list({ session }: SessionCall): Promise<Outcome> {
  const answer = await session.client.call((api) => api.GET("/v1/audit/witnesses"));
  return told(answer, ({ items }) => {
    const rows = items.map(({ name, last, retiredAt, key }) => [
      name,
      last === null ? "nothing yet" : `${grouped(last.size)} entries, ${last.signedAt}`,
      retiredAt === null ? "cosigns" : `retired ${retiredAt}`,
      key,
    ]);
    const lines = rows.length === 0 ? ["nobody watches this log"] : aligned([["witness", "last", "", "key"], ...rows]);
    return { json: items, lines };
  });
}

async function retire({ session, operands }: SessionCall): Promise<Outcome> {
  const [thumbprint = ""] = operands;
  const params = { path: { thumbprint } };
  const answer = await session.client.call((api) => api.DELETE("/v1/audit/witnesses/{thumbprint}", { params }));
  return told(answer, (row) => ({ json: row, lines: [`retired: ${row.name}, since ${row.retiredAt ?? ""}`] }));
}
