// `concordat keys`: a partner's own signing keys, made, rotated and revoked.

import { join } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { KEY_PROOF_TYP } from "../crypto/document-types.ts";
import type { SigningKey } from "../crypto/jwk.ts";
import { signCompact } from "../crypto/jws.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { describe } from "./describe.ts";
import { configFolder } from "./files.ts";
import { makeKey } from "./key-file.ts";
import { keepProfile } from "./profiles.ts";
import { actInRoom, type SessionCall, told } from "./session.ts";
import { act, type Call, type Outcome, type Refusal, refusedByRoom, type Terminal, type World } from "./terminal.ts";

const outOption = z.object({ out: z.string().optional() });

export function addKeys(program: Command, terminal: Terminal): void {
  const keys = describe(program.command("keys"), "make, rotate and revoke signing keys");
  act(
    terminal,
    describe(keys.command("new"), "make an Ed25519 key; the private part stays in a file of mode 0600", [
      "concordat keys new --out sunline.jwk",
    ]).option("-o, --out <file>", "where the private key goes (default: the configuration folder)"),
    (call) => newKey(terminal, call),
  );
  actInRoom(
    terminal,
    describe(keys.command("rotate"), "register a new key with the room and sign with it from then on", [
      "concordat keys rotate",
    ]).option("-o, --out <file>", "where the new private key goes (default: the configuration folder)"),
    rotateKey,
  );
  actInRoom(
    terminal,
    describe(keys.command("revoke <thumbprint>"), "end a key at once; what it signed stays verifiable", [
      "concordat keys revoke 3kQ1…",
    ]),
    revokeKey,
  );
}

/** Makes a key in a file of its own in the configuration folder, or in the file named. */
export async function makeOwnKey(
  world: World,
  out: string | undefined,
): Promise<Result<{ readonly key: SigningKey; readonly path: string }, Refusal>> {
  const name = Buffer.from(world.random(6)).toString("hex");
  const path = out ?? join(configFolder(world), "keys", `${name}.jwk`);
  const key = await makeKey(path);
  return key.ok ? ok({ key: key.value, path }) : key;
}

async function newKey({ world }: Terminal, { options }: Call): Promise<Outcome> {
  const made = await makeOwnKey(world, outOption.parse(options).out);
  if (!made.ok) return made;
  const { key, path } = made.value;
  const { thumbprint, jwk } = key.publicKey;
  const lines = [
    `private key: ${path} (keep it; nobody else may read it)`,
    `thumbprint:  ${thumbprint}`,
    `public key:  ${JSON.stringify(jwk)}`,
    "next: put the public key under `jwks.keys` of your manifest, and hand the manifest to the operator",
  ];
  return ok({ json: { path, thumbprint, publicJwk: jwk }, lines });
}

async function rotateKey({ session, terminal, options }: SessionCall): Promise<Outcome> {
  const { client, profile } = session;
  const made = await makeOwnKey(terminal.world, outOption.parse(options).out);
  if (!made.ok) return made;
  const { key, path } = made.value;
  const { thumbprint, jwk } = key.publicKey;
  const proof = signCompact(key, { partner: profile.partner, thumbprint }, KEY_PROOF_TYP);
  const added = await client.call((api) =>
    api.POST("/v1/partners/{partner}/keys", {
      params: { path: { partner: profile.partner } },
      body: { jwk: { ...jwk }, proof },
    }),
  );
  if (!added.ok) return err(refusedByRoom(added.error));
  const { name, ...place } = profile;
  const kept = name === null ? null : await keepProfile(terminal.world, name, { ...place, key: path });
  if (kept?.ok === false) return kept;
  const before = session.key.publicKey.thumbprint;
  const lines = [
    `registered: ${thumbprint}, private key in ${path}`,
    name === null ? `sign with it: --key ${path}` : `the profile \`${name}\` signs with it from now on`,
    `next: when nothing signs with the old key any more, \`concordat keys revoke ${before}\``,
  ];
  return ok({ json: { ...added.value, path, before }, lines });
}

async function revokeKey({ session, operands }: SessionCall): Promise<Outcome> {
  const [thumbprint = ""] = operands;
  const { partner } = session.profile;
  const revoked = await session.client.call((api) =>
    api.DELETE("/v1/partners/{partner}/keys/{thumbprint}", { params: { path: { partner, thumbprint } } }),
  );
  return told(revoked, (key) => ({ json: key, lines: [`revoked: ${key.thumbprint}, since ${key.revokedAt ?? ""}`] }));
}
