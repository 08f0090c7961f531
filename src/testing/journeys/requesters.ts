// Parties of the IAB Tech Lab Data Deletion Request Framework, for journeys: jose signs for them, as it might at
// theirs, and verifies what the room answers.

import {
  compactVerify,
  exportJWK,
  type GenerateKeyPairResult,
  generateKeyPair,
  importJWK,
  type JWTPayload,
  SignJWT,
} from "jose";
import { expect } from "vitest";
import { z } from "zod";
import { emailDigest } from "./lists.ts";
import { call, type Member } from "./world.ts";

/** A party with a key. */
export type Party = {
  readonly issuer: string;
  readonly alg: string;
  readonly kid: string;
  readonly pair: GenerateKeyPairResult;
};

/** The room's clock, near enough. */
export const seconds = () => Math.floor(Date.now() / 1_000);
let count = 0;

/** A party with a fresh key, trusted by nobody. */
export async function partyOf(issuer: string, alg: string): Promise<Party> {
  return { issuer, alg, kid: `${issuer} 1`, pair: await generateKeyPair(alg, { extractable: true }) };
}

/** A party whom a member lets ask for deletions. */
export async function trustedBy(member: Member, issuer: string, alg: string): Promise<Party> {
  const party = await partyOf(issuer, alg);
  const json = { issuer, audience: "optional", keys: [await jwkOf(party)] };
  const answer = await call(member, "POST /v1/subjects/requesters", { json });
  expect(answer.status).toBe(201);
  return party;
}

/** The public key of a party, as its JWK set has it. */
export async function jwkOf({ alg, kid, pair }: Party) {
  return { ...(await exportJWK(pair.publicKey)), kid, alg };
}

type Wish = {
  readonly person: number;
  /** Whose word the request passes on; the requester's own where absent. */
  readonly by?: Party;
  readonly version?: "1.0" | "2.0";
  readonly claims?: JWTPayload;
  readonly origin?: JWTPayload;
};

/** A request to delete a person of the tests' lists. */
export async function requestOf(from: Party, { person, by = from, version = "2.0", ...more }: Wish): Promise<string> {
  count += 1;
  const iat = seconds();
  const names = { identifierValue: emailDigest(person), identifierType: "email", identifierFormat: "sha256" };
  const sub = version === "1.0" ? { sub: names } : {};
  const origin = await signed(by, { version, jti: `or-${count}`, iss: by.issuer, iat, ...sub, ...more.origin });
  const claims = version === "1.0" ? { idJWT: origin, ...sub } : { orJWT: origin, ...names };
  return signed(from, { version, jti: `rq-${count}`, iss: from.issuer, iat, ...claims, ...more.claims });
}

function signed({ alg, kid, pair }: Party, claims: object): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ alg, kid, typ: "JWT" }).sign(pair.privateKey);
}

const replySchema = z.object({ acJWT: z.string().optional() });
const keysSchema = z.object({ keys: z.array(z.looseObject({ kid: z.string() })) });

/** Sends a request; its acknowledgement, if there is one, must verify under the keys that the room publishes. */
export async function sendRequest(to: string, rqJWT: string, type = "application/jwt") {
  const body = type === "application/jwt" ? rqJWT : JSON.stringify({ rqJWT });
  const response = await fetch(to, { method: "POST", body, headers: { "content-type": type } });
  const { acJWT } = replySchema.parse(await response.json());
  if (acJWT === undefined) return { status: response.status, claims: {} };
  const { keys } = keysSchema.parse(await (await fetch(new URL("/.well-known/jwks.json", to))).json());
  const read = await compactVerify(acJWT, async ({ kid }) => importJWK(keys.find((one) => one.kid === kid) ?? {}));
  expect(read.protectedHeader.typ).toBe("JWT");
  const claims: Record<string, unknown> = JSON.parse(new TextDecoder().decode(read.payload));
  expect(claims["rqJWT"]).toBe(rqJWT);
  return { status: response.status, claims };
}

/** A JWT with another header, under the signature that it had. */
export function withHeader(text: string, change: object): string {
  const [header = "", ...rest] = text.split(".");
  return [changed(header, change), ...rest].join(".");
}

/** A JWT with other claims, under the signature that it had. */
export function withClaims(text: string, change: object): string {
  const [header = "", payload = "", signature = ""] = text.split(".");
  return [header, changed(payload, change), signature].join(".");
}

function changed(part: string, change: object): string {
  const json = { ...JSON.parse(Buffer.from(part, "base64url").toString()), ...change };
  return Buffer.from(JSON.stringify(json)).toString("base64url");
}

/** The name that a JWT gives itself. */
export function jtiOf(text: string): string {
  return JSON.parse(Buffer.from(text.split(".")[1] ?? "", "base64url").toString()).jti;
}
