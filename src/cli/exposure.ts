// `concordat exposure`: what a partner could ever learn about the one who asks, by which clause.

import type { Command } from "commander";
import { describe } from "./describe.ts";
import { actInRoom, type SessionCall, told } from "./session.ts";
import type { Outcome, Terminal } from "./terminal.ts";

export function addExposure(program: Command, terminal: Terminal): void {
  const sentence = "show everything that a partner could ever learn about you, by which clause";
  const command = describe(program.command("exposure <partner>"), sentence, ["concordat exposure sunline-holidays"]);
  actInRoom(terminal, command, exposure);
}

async function exposure({ session, operands }: SessionCall): Promise<Outcome> {
  const [to = ""] = operands;
  const answer = await session.client.call((api) => api.GET("/v1/exposure", { params: { query: { to } } }));
  return told(answer, (reply) => ({ json: reply, lines: reply.lines }));
}
