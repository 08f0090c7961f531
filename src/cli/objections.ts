// `concordat subject object` and `subject withdraw`: people object, or take a consent back, and lift that again.

import type { Command } from "commander";
import { z } from "zod";
import type { components } from "../client/api-types.gen.ts";
import { err } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { aligned, grouped } from "./figures.ts";
import { actInRoom, type SessionCall, told } from "./session.ts";
import { hashedIn, namingPeople } from "./subject-identifiers.ts";
import { misused, type Outcome, type Terminal } from "./terminal.ts";

type Objection = components["schemas"]["Objection"];
type Scope = Objection["inForce"][number];

const optionsSchema = z.object({
  purpose: z.string().optional(),
  channel: z.string().optional(),
  consent: z.string().optional(),
  lift: z.boolean().optional(),
});

export function addObjections(subject: Command, terminal: Terminal): void {
  const object = describe(
    subject.command("object"),
    "leave people out of a purpose, a channel or everything, from the next answer on and whatever you upload",
    [
      "concordat subject object --email ann@example.com --purpose activation --channel email",
      "concordat subject object --email ann@example.com --channel email --lift",
    ],
  )
    .option("--purpose <purpose>", "what they object to, as contracts name it (default: every purpose)")
    .option("--channel <channel>", "through which channel they are not to be reached (default: whatever the channel)")
    .option("--lift", "they object no more to exactly this");
  actInRoom(terminal, namingPeople(object), objectPeople);
  const withdraw = describe(
    subject.command("withdraw"),
    "take a consent back, from the next answer on and whatever the rows of your lists say of it",
    ["concordat subject withdraw --email ann@example.com --consent email-marketing"],
  )
    .option("--consent <name>", "the consent, as your lists name it")
    .option("--lift", "they consent again: what the rows of your lists say counts once more");
  actInRoom(terminal, namingPeople(withdraw), withdrawConsent);
}

async function objectPeople({ session, options }: SessionCall): Promise<Outcome> {
  const identifiers = hashedIn(options);
  if (!identifiers.ok) return identifiers;
  const { purpose, channel, lift } = optionsSchema.parse(options);
  const body = {
    identifiers: identifiers.value,
    ...(purpose === undefined ? {} : { purpose }),
    ...(channel === undefined ? {} : { channel }),
  };
  const path = lift === true ? "/v1/subjects/objections/liftings" : "/v1/subjects/objections";
  const answer = await session.client.call((api) => api.POST(path, { body }));
  return told(answer, (reply) => ({ json: reply, lines: objectionLines(reply) }));
}

async function withdrawConsent({ session, options }: SessionCall): Promise<Outcome> {
  const identifiers = hashedIn(options);
  if (!identifiers.ok) return identifiers;
  const { consent, lift } = optionsSchema.parse(options);
  if (consent === undefined) return err(misused("which consent?", "name it with --consent, as your lists do"));
  const body = { identifiers: identifiers.value, consent };
  const path = lift === true ? "/v1/subjects/withdrawals/liftings" : "/v1/subjects/withdrawals";
  const answer = await session.client.call((api) => api.POST(path, { body }));
  return told(answer, (reply) => ({ json: reply, lines: objectionLines(reply) }));
}

function objectionLines({ lists, inForce, recipients }: Objection): string[] {
  const rows = lists.map(({ dataset, people, versions }) => [dataset, grouped(people), grouped(versions)]);
  const isFound = lists.some(({ versions }) => versions > 0);
  const found = isFound
    ? ["in your lists:", ...aligned([["list", "people", "versions that hold them"], ...rows], 2)]
    : ["nobody in your lists has these identifiers; it is kept for whoever of your later lists has"];
  const stands =
    inForce.length === 0
      ? ["they object to nothing now, and every consent counts as their rows say"]
      : ["from now on they are left out:", ...inForce.map((scope) => `  ${scopeInWords(scope)}`)];
  return [...found, ...stands, ...recipientLines(recipients)];
}

/** What somebody is left out of. */
export function scopeInWords(scope: Scope): string {
  if ("consent" in scope) return `of whatever asks for the consent ${scope.consent}`;
  const { purpose, channel } = scope;
  if (purpose === undefined) {
    return channel === undefined ? "of everything" : `of lists to reach people through ${channel}`;
  }
  if (channel === undefined) return `of everything for the purpose ${purpose}`;
  return `of lists to reach people through ${channel} for the purpose ${purpose}`;
}

/** Who has collected lists, as a person is told it: whom they named is not the asker's to know. */
export function recipientLines(
  recipients: readonly { readonly recipient: string; readonly lists: number }[],
): string[] {
  if (recipients.length === 0) return [];
  const rows = recipients.map(({ recipient, lists }) => [recipient, grouped(lists)]);
  return [
    "partners who have collected lists made with yours are told whom to remove, where these named anybody:",
    ...aligned([["partner", "lists collected"], ...rows], 2),
  ];
}
