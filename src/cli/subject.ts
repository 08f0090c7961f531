// `concordat subject`: what the people in a partner's lists may ask of it. Identifiers are hashed on this machine.

import type { Command } from "commander";
import { addAccess } from "./access.ts";
import { describe } from "./describe.ts";
import { aligned, grouped } from "./figures.ts";
import { addNotices } from "./notices.ts";
import { addObjections, recipientLines } from "./objections.ts";
import { addRequesters } from "./requesters.ts";
import { actInRoom, type SessionCall, told } from "./session.ts";
import { hashedIn, namingPeople } from "./subject-identifiers.ts";
import type { Outcome, Terminal } from "./terminal.ts";

export function addSubject(program: Command, terminal: Terminal): void {
  const subject = describe(program.command("subject"), "act on the rights of people in your lists");
  const erase = describe(
    subject.command("erase"),
    "erase people from every version of your lists, and keep them out of all that you will upload",
    ["concordat subject erase --email ann@example.com --phone '020 7946 0958' --country GB"],
  );
  actInRoom(terminal, namingPeople(erase), erasePeople);
  addObjections(subject, terminal);
  addAccess(subject, terminal);
  addNotices(subject, terminal);
  addRequesters(subject, terminal);
}

async function erasePeople({ session, options }: SessionCall): Promise<Outcome> {
  const identifiers = hashedIn(options);
  if (!identifiers.ok) return identifiers;
  const body = { identifiers: identifiers.value };
  return told(await session.client.call((api) => api.POST("/v1/subjects/erasures", { body })), (reply) => {
    const rows = reply.lists.map(({ dataset, people, versions }) => [dataset, grouped(people), grouped(versions)]);
    const found = reply.lists.some(({ versions }) => versions > 0);
    const says = found
      ? "erased from every version of your lists, and kept out of all that you will upload:"
      : "nobody in your lists has these identifiers; whoever has is kept out of all that you will upload";
    const head = ["list", "people gone", "versions that held them"];
    const lines = found ? [says, ...aligned([head, ...rows], 2), ...recipientLines(reply.recipients)] : [says];
    return { json: reply, lines };
  });
}
