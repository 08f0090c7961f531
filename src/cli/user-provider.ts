// `concordat user provider`: the OpenID Connect provider with whose accounts your people sign in to the console.

import type { Command } from "commander";
import { z } from "zod";
import type { paths } from "../client/api-types.gen.ts";
import { describe } from "./describe.ts";
import { readText } from "./files.ts";
import { actInRoom, type SessionCall, told } from "./session.ts";
import type { Outcome, Terminal, Told } from "./terminal.ts";

type ProviderReply = paths["/v1/sign-in-provider"]["get"]["responses"][200]["content"]["application/json"];

const optionsSchema = z.object({ issuer: z.string(), clientId: z.string(), secretFile: z.string().optional() });

export function addUserProvider(user: Command, terminal: Terminal): void {
  const provider = describe(user.command("provider"), "let your people sign in with accounts of your own provider");
  const set = describe(
    provider.command("set"),
    "register your OpenID Connect provider; the room asks it at once who it is",
    ["concordat user provider set --issuer https://login.example.com --client-id concordat --secret-file secret.txt"],
  )
    .requiredOption("--issuer <url>", "exactly as the provider's tokens name it")
    .requiredOption("--client-id <id>", "what the provider calls the room")
    .option("--secret-file <file>", "the file with the client's secret; left out for a client without one");
  actInRoom(terminal, set, setOne);
  const show = describe(provider.command("show"), "show the provider, and what to register there", [
    "concordat user provider show",
  ]);
  actInRoom(terminal, show, showOne);
  const remove = describe(provider.command("remove"), "take it back: accounts sign nobody in any more", [
    "concordat user provider remove",
  ]);
  actInRoom(terminal, remove, removeOne);
}

async function setOne({ session, options }: SessionCall): Promise<Outcome> {
  const { issuer, clientId, secretFile } = optionsSchema.parse(options);
  const secret = secretFile === undefined ? null : await readText(secretFile);
  if (secret !== null && !secret.ok) return secret;
  const body = { issuer, clientId, ...(secret === null ? {} : { clientSecret: secret.value.trim() }) };
  const put = await session.client.call((api) => api.PUT("/v1/sign-in-provider", { body }));
  return told(put, (provider) => providerTold(session.client.url, provider));
}

async function showOne({ session }: SessionCall): Promise<Outcome> {
  const shown = await session.client.call((api) => api.GET("/v1/sign-in-provider"));
  return told(shown, (provider) => providerTold(session.client.url, provider));
}

async function removeOne({ session }: SessionCall): Promise<Outcome> {
  const removed = await session.client.call((api) => api.DELETE("/v1/sign-in-provider"));
  return told(removed, (reply) => ({
    json: reply,
    lines: ["the provider is taken back; whoever came in through it is signed out, and needs a new link"],
  }));
}

function providerTold(url: string, provider: ProviderReply): Told {
  const { issuer, clientId, hasSecret, entrancePath, returnPath } = provider;
  return {
    json: { ...provider, entrance: url + entrancePath, returnTo: url + returnPath },
    lines: [
      `your people sign in with accounts of ${issuer}, as client ${clientId}${hasSecret ? "" : " without a secret"}`,
      `  redirect URI to register there: ${url}${returnPath}`,
      `  where your people sign in:      ${url}${entrancePath}`,
      "whoever comes for the first time follows a sign-in link and chooses the account there",
    ],
  };
}
