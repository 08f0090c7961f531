// Entries of the log by the thousand, of every kind that partners and their requesters bring about over the API, each
// about other people of their lists: for showing that whatever is done, the log names nobody.

import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { cosign, cosignerKey } from "../../crypto/cosignature.ts";
import { KEY_PROOF_TYP } from "../../crypto/document-types.ts";
import { generateSigningKey, type SigningKey } from "../../crypto/jwk.ts";
import { signCompact } from "../../crypto/jws.ts";
import { rawPublicKey } from "../../crypto/signed-note.ts";
import { signedCall } from "../signed-call.ts";
import { mustCall, sha256Hex, textOf } from "./small-world.ts";

/** Who acts in a churn, and about whom. */
export type Churn = {
  readonly origin: string;
  readonly operator: SigningKey;
  /** Owns the people; member of the contract together with `other`. */
  readonly owner: { readonly id: string; readonly key: SigningKey };
  readonly other: { readonly id: string; readonly key: SigningKey };
  /** SHA-256 in hex of e-mail addresses on the owner's list. */
  readonly digests: readonly string[];
  /** Lines of the owner's hashed list, the header first: whole rows of people. */
  readonly lines: readonly string[];
  readonly contract: { readonly id: string; readonly json: { readonly name: string; readonly version: number } };
  /** A question that the owner is answered, and one that it is denied. */
  readonly questions: readonly object[];
};

type Round = Churn & { readonly count: number; readonly digest: string; readonly party: Party };

/** Goes on until the log has so many entries; every kind of act comes before any comes often. */
export async function churnLog(churn: Churn, entries: number): Promise<void> {
  const party = await trustParty(churn);
  for (let count = 0; !(await hasEntries(churn, entries)); count += 1) {
    const digest = churn.digests[count % churn.digests.length] ?? "";
    const round = { ...churn, count, digest, party };
    const acts = [useRights, askToDelete, failToUpload, administer, watch, disagree];
    await Promise.all(acts.map((act) => act(round)));
    // What costs a pass over lists or the whole log comes less often.
    if (count % 20 === 0) await turnOver(round);
  }
}

async function hasEntries({ origin, operator }: Churn, entries: number): Promise<boolean> {
  const path = `/v1/audit/entries?from=${entries - 1}&limit=1`;
  const { items } = (await mustCall(origin, { method: "GET", path, key: operator })).body;
  return Array.isArray(items) && items.length > 0;
}

function post(key: SigningKey, path: string) {
  return { method: "POST", path, key };
}

async function useRights({ origin, owner, other, digest }: Round): Promise<void> {
  const identifiers = [{ kind: "email", hash: digest }];
  const uses = [
    ["access", {}],
    ["objections", { purpose: "cross-sell" }],
    ["objections/liftings", { purpose: "cross-sell" }],
    ["withdrawals", { consent: "partner-marketing" }],
    ["withdrawals/liftings", { consent: "partner-marketing" }],
  ] as const;
  for (const [right, scope] of uses)
    await mustCall(origin, { ...post(owner.key, `/v1/subjects/${right}`), json: { identifiers, ...scope } });
  const fetched = await mustCall(origin, { method: "GET", path: "/v1/subjects/notices", key: other.key });
  const notices = noticesIn(fetched.body["items"]);
  await mustCall(origin, { ...post(other.key, "/v1/subjects/notices/acknowledgements"), json: { notices } });
}

function noticesIn(items: unknown): unknown[] {
  return Array.isArray(items) ? items.map((item: { readonly id: unknown }) => item.id) : [];
}

type Party = { readonly issuer: string; readonly sign: (claims: object) => Promise<string> };

async function trustParty({ origin, owner }: Churn): Promise<Party> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const header = { alg: "ES256", kid: "1", typ: "JWT" };
  const issuer = "publisher.example";
  const keys = [{ ...(await exportJWK(publicKey)), kid: "1", alg: "ES256" }];
  await mustCall(origin, {
    ...post(owner.key, "/v1/subjects/requesters"),
    json: { issuer, audience: "optional", keys },
  });
  return { issuer, sign: (claims) => new SignJWT({ ...claims }).setProtectedHeader(header).sign(privateKey) };
}

// One that is accepted, and one whose identifier comes in no form that is taken.
async function askToDelete({ origin, owner, party, count, digest }: Round): Promise<void> {
  for (const identifierFormat of ["sha256", "raw"]) {
    const common = { version: "2.0", iss: party.issuer, iat: Math.floor(Date.now() / 1_000) };
    const orJWT = await party.sign({ ...common, jti: `or ${count}` });
    const names = { identifierValue: digest, identifierType: "email", identifierFormat };
    const body = await party.sign({ ...common, jti: `${identifierFormat} ${count}`, orJWT, ...names });
    const path = `/v1/deletion-requests/${owner.id}`;
    await fetch(origin + path, { method: "POST", body, headers: { "content-type": "application/jwt" } });
  }
}

// Real rows of people in a list that is refused for others, and in one that is dropped.
async function failToUpload({ origin, owner, lines, count }: Round): Promise<void> {
  const [header = ""] = lines;
  const good = lines[1 + (count % (lines.length - 1))] ?? "";
  const cut = good.replaceAll(/[0-9a-f]{64}/g, (hash) => hash.slice(1));
  const bytes = Buffer.from([header, good, cut, cut, cut, ""].join("\r\n"));
  for (const isCommitted of [true, false]) {
    const opened = await mustCall(origin, { ...post(owner.key, "/v1/datasets/customers/uploads"), json: {} });
    const path = `/v1/uploads/${textOf(opened, "id")}`;
    const part = { method: "PUT", path: `${path}/parts/1`, key: owner.key, bytes, contentType: "text/csv" };
    await signedCall(origin, part);
    const parts = [sha256Hex(bytes)];
    if (isCommitted) await signedCall(origin, { ...post(owner.key, `${path}/commit`), json: { parts } });
    else await mustCall(origin, { method: "DELETE", path, key: owner.key });
  }
}

async function administer({ origin, owner, count }: Round): Promise<void> {
  const { key } = generateSigningKey();
  const { jwk, thumbprint } = key.publicKey;
  const proof = signCompact(key, { partner: owner.id, thumbprint }, KEY_PROOF_TYP);
  const keys = `/v1/partners/${owner.id}/keys`;
  await mustCall(origin, { ...post(owner.key, keys), json: { jwk, proof } });
  await mustCall(origin, { method: "DELETE", path: `${keys}/${thumbprint}`, key: owner.key });
  const json = { name: `Person ${count}`, role: "marketer" };
  const person: unknown = (await mustCall(origin, { ...post(owner.key, "/v1/people"), json })).body["person"];
  if (typeof person !== "object" || person === null || !("id" in person)) throw new Error("nobody was invited");
  await mustCall(origin, { method: "DELETE", path: `/v1/people/${person.id}`, key: owner.key });
}

// What proves that a witness holds its key is a cosignature under it.
async function watch({ origin, owner, count }: Round): Promise<void> {
  const signer = { name: `${owner.id}/watch-${count}`, key: generateSigningKey().key };
  const key = cosignerKey(signer.name, rawPublicKey(signer.key.publicKey));
  const { text } = await mustCall(origin, { method: "GET", path: "/v1/audit/checkpoint", key: owner.key });
  const line = cosign(text.slice(0, text.indexOf("\n\n") + 1), signer, Math.floor(Date.now() / 1_000));
  await mustCall(origin, { ...post(owner.key, "/v1/audit/witnesses"), json: { key, checkpoint: text + line } });
  const path = `/v1/audit/witnesses/${signer.key.publicKey.thumbprint}`;
  await mustCall(origin, { method: "DELETE", path, key: owner.key });
}

async function disagree({ origin, owner, other, contract, count, questions }: Round): Promise<void> {
  const json = { ...contract.json, name: `other-${count}` };
  const id = textOf(await mustCall(origin, { ...post(owner.key, "/v1/contracts"), json }), "id");
  await mustCall(origin, { ...post(other.key, `/v1/contracts/${id}/refusal`), json: {} });
  for (const noun of ["suspension", "resumption"])
    await mustCall(origin, { ...post(other.key, `/v1/contracts/${contract.id}/${noun}`), json: {} });
  for (const question of questions) await signedCall(origin, { ...post(owner.key, "/v1/questions"), json: question });
}

async function turnOver({ origin, operator, owner, digest }: Round): Promise<void> {
  const identifiers = [{ kind: "email", hash: digest }];
  await mustCall(origin, { ...post(owner.key, "/v1/subjects/erasures"), json: { identifiers } });
  await mustCall(origin, { method: "GET", path: "/v1/audit/record", key: owner.key });
  await mustCall(origin, { ...post(operator, "/v1/room/wrapping-key"), json: {} });
}
