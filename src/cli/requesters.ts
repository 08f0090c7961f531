// `concordat subject trust`, `requesters` and `distrust`: parties that may ask for deletions from a partner's lists, in
// the form of the IAB Tech Lab Data Deletion Request Framework.

import type { Command } from "commander";
import { z } from "zod";
import { err } from "../domain/result.ts";
import { requesterSchema } from "../domain/subject/requester.ts";
import { describe } from "./describe.ts";
import { aligned } from "./figures.ts";
import { readJson } from "./files.ts";
import { actInRoom, type SessionCall, told } from "./session.ts";
import { misused, type Outcome, type Terminal } from "./terminal.ts";

const optionsSchema = z.object({ audienceRequired: z.boolean().optional() });
// What else a set holds, such as how often to fetch it, says nothing of a key.
const setSchema = z.looseObject({ keys: requesterSchema.shape.keys });

export function addRequesters(subject: Command, terminal: Terminal): void {
  const trust = describe(
    subject.command("trust <domain> <jwks>"),
    "let a party ask for deletions from your lists, under the keys of its JWK set; replaces the keys it had",
    ["concordat subject trust publisher.example jwks.json   # as its dsrdelete.json points to"],
  ).option("--audience-required", "take its requests only if they name your endpoint as `aud`");
  actInRoom(terminal, trust, trustParty);
  const requesters = describe(subject.command("requesters"), "show who may ask for deletions from your lists", [
    "concordat subject requesters",
  ]);
  actInRoom(terminal, requesters, list);
  const distrust = describe(
    subject.command("distrust <domain>"),
    "take nothing more from a party; what was accepted is carried out",
    ["concordat subject distrust publisher.example"],
  );
  actInRoom(terminal, distrust, distrustParty);
}

async function trustParty({ session, operands, options }: SessionCall): Promise<Outcome> {
  const [issuer = "", path = ""] = operands;
  const json = await readJson(path);
  if (!json.ok) return json;
  const set = setSchema.safeParse(json.value);
  if (!set.success) return err(misused(`\`${path}\` is no JWK set`, "give the file with the party's `keys`"));
  const audience = optionsSchema.parse(options).audienceRequired === true ? "required" : "optional";
  const body = { issuer, audience, keys: set.data.keys } as const;
  return told(await session.client.call((api) => api.POST("/v1/subjects/requesters", { body })), (reply) => {
    const place = `${session.profile.url}/v1/deletion-requests/${session.profile.partner}`;
    return { json: reply, lines: [`${reply.issuer} may ask for deletions from your lists, at ${place}`] };
  });
}

async function list({ session }: SessionCall): Promise<Outcome> {
  return told(await session.client.call((api) => api.GET("/v1/subjects/requesters")), ({ items }) => {
    const rows = items.map(({ issuer, keys, audience, retiredAt }) => [
      issuer,
      keys.map(({ kid, alg }) => `${kid} (${alg})`).join(", "),
      audience === "required" ? "must name your endpoint" : "",
      retiredAt === null ? "trusted" : `ended ${retiredAt}`,
    ]);
    const head = ["requester", "keys", "", ""];
    return { json: items, lines: rows.length === 0 ? ["nobody may ask for deletions"] : aligned([head, ...rows]) };
  });
}

async function distrustParty({ session, operands }: SessionCall): Promise<Outcome> {
  const [issuer = ""] = operands;
  const params = { path: { issuer } };
  const answer = await session.client.call((api) => api.DELETE("/v1/subjects/requesters/{issuer}", { params }));
  return told(answer, (row) => ({ json: row, lines: [`nothing more is taken from ${row.issuer}`] }));
}
