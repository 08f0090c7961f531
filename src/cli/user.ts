// `concordat user`: your people who may use the console, and the links with which they sign in.

import type { Command } from "commander";
import { z } from "zod";
import type { components } from "../client/api-types.gen.ts";
import { err, ok } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { aligned } from "./figures.ts";
import { actInRoom, everyItem, type SessionCall, told } from "./session.ts";
import { misused, type Outcome, type Terminal, type Told } from "./terminal.ts";
import { addUserProvider } from "./user-provider.ts";

const ROLES = ["marketer", "compliance", "admin"] as const;
const optionsSchema = z.object({ role: z.string(), name: z.string().optional() });

export function addUser(program: Command, terminal: Terminal): void {
  const user = describe(program.command("user"), "your people who may use the console");
  const invite = describe(
    user.command("invite"),
    "let somebody in under a role and print the link that signs in once",
    ["concordat user invite --role marketer --name 'Ann Lee'"],
  )
    .requiredOption("--role <role>", `what the person may do: ${ROLES.join(", ")}`)
    .option("--name <name>", "what people call the person; shown in the console, never in the log");
  actInRoom(terminal, invite, inviteOne);
  actInRoom(terminal, describe(user.command("list"), "show who may use the console", ["concordat user list"]), list);
  const link = describe(user.command("link <id>"), "print another sign-in link for somebody who is in", [
    "concordat user link per_…",
  ]);
  actInRoom(terminal, link, linkOne);
  const remove = describe(user.command("remove <id>"), "remove somebody: sessions and links end at once", [
    "concordat user remove per_…",
  ]);
  actInRoom(terminal, remove, removeOne);
  addUserProvider(user, terminal);
}

async function inviteOne({ session, options }: SessionCall): Promise<Outcome> {
  const given = optionsSchema.parse(options);
  const role = ROLES.find((one) => one === given.role);
  if (role === undefined) return err(misused(`there is no role \`${given.role}\``, `say one of ${ROLES.join(", ")}`));
  const body = { role, name: given.name ?? `${role} of ${session.profile.partner}` };
  const invited = await session.client.call((api) => api.POST("/v1/people", { body }));
  return told(invited, (invitation) => invitationTold(session.client.url, invitation));
}

async function linkOne({ session, operands }: SessionCall): Promise<Outcome> {
  const params = { path: { person: operands[0] ?? "" } };
  const linked = await session.client.call((api) => api.POST("/v1/people/{person}/links", { params, body: {} }));
  return told(linked, (invitation) => invitationTold(session.client.url, invitation));
}

/** A link and whom it signs in, as it is told once. */
export function invitationTold(url: string, invitation: components["schemas"]["Invitation"]): Told {
  const { person, link, expiresAt } = invitation;
  return {
    json: { ...invitation, link: url + link },
    lines: [
      `${person.name} (${person.id}) may use the console as ${person.role}`,
      `the link signs in once, until ${expiresAt}; hand it over privately:`,
      `  ${url}${link}`,
    ],
  };
}

async function list({ session }: SessionCall): Promise<Outcome> {
  const people = await everyItem((after) =>
    session.client.call((api) => api.GET("/v1/people", { params: { query: after } })),
  );
  if (!people.ok) return people;
  const rows = people.value.map(({ id, name, role, invitedAt }) => [id, name, role, invitedAt]);
  const lines = aligned([["person", "name", "role", "since"], ...rows]);
  const none = ["nobody may use the console yet", "next: `concordat user invite --role marketer`"];
  return ok({ json: people.value, lines: rows.length === 0 ? none : lines });
}

async function removeOne({ session, operands }: SessionCall): Promise<Outcome> {
  const params = { path: { person: operands[0] ?? "" } };
  const removed = await session.client.call((api) => api.DELETE("/v1/people/{person}", { params }));
  return told(removed, ({ id }) => ({ json: { id }, lines: [`${id} is removed, and signed out everywhere`] }));
}
