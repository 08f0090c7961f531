import { createHash, randomInt } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { writeCustomers } from "../../../partners/generate.ts";
import { hashFile } from "../../client/local/hash-file.ts";
import { signedPolicy } from "../../client/sign-policy.ts";
import { generateSigningKey, type SigningKey, signingKeyFromJwk } from "../../crypto/jwk.ts";
import { signPayload } from "../../crypto/jws.ts";
import type { ACTS } from "../../domain/audit/entry.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { type Contract, contractSchema } from "../../domain/contract/document.ts";
import { type DatasetSchema, datasetSchemaSchema, IDENTIFIER_KINDS } from "../../domain/dataset/schema.ts";
import { canonicalOf } from "../../domain/identifier/canonical.ts";
import { type TokenName, tokeniser, tokenNameOf } from "../../domain/identifier/token-kernel.ts";
import { policySchema } from "../../domain/policy/document.ts";
import { removeEmbedded } from "../../storage/embedded/launcher.ts";
import { findPlace } from "../../storage/embedded/place.ts";
import type { Statements } from "../../storage/pool.ts";
import { readRoomKeys } from "../room-keys.ts";
import { signedCall } from "../signed-call.ts";
import { startChild, waitingRoom } from "./child-room.ts";
import { type Churn, churnLog } from "./log-churn.ts";
import { misplace } from "./misplaced.ts";
import { asOwner } from "./room-facts.ts";
import { type Needle, searchFor } from "./search-needles.ts";
import { mustCall, textOf } from "./small-world.ts";

const PARTNERS = ["sunline-holidays", "harbour-yachts", "meridian-bank"] as const;
type Partner = (typeof PARTNERS)[number];
const ROWS = 3_000;
// T-44 asks for 10,000: CONCORDAT_TEST_LOG_ENTRIES=10000.
const ENTRIES = Number(process.env["CONCORDAT_TEST_LOG_ENTRIES"] ?? 160);

/** What the log must have entries of before it is searched, among whatever else it has. */
const CHURNED: (typeof ACTS)[number][] = [
  ...(["access-answered", "people-objected", "objection-lifted", "consent-withdrawn", "consent-restored"] as const),
  ...(["people-erased", "notices-fetched", "notices-acknowledged", "deletion-requested", "deletion-refused"] as const),
  ...(["requester-trusted", "upload-committed", "upload-refused", "upload-dropped", "release-collected"] as const),
  ...(["question-permitted", "question-denied", "contract-refused", "contract-suspended", "log-exported"] as const),
  ...(["key-registered", "key-revoked", "person-invited", "person-removed", "witness-registered"] as const),
  ...(["witness-retired", "wrapping-key-rotated", "policy-put", "dataset-created", "room-started"] as const),
];

test(
  "nothing uploaded is anywhere: no digest, e-mail, phone, token or record reference in any spelling",
  async () => {
    const directory = await mkdtemp(join(tmpdir(), "concordat-leak-"));
    const [own, room, temporary] = [join(directory, "own"), join(directory, "room"), join(directory, "temporary")];
    for (const path of [own, room, temporary]) await mkdir(path);
    const seed = randomInt(1, 1_000_000_000);
    console.log(`leak test: seed ${seed}`);
    const lists = await Promise.all(PARTNERS.map((partner) => listOf(partner, { seed, own })));

    const logFile = join(directory, "server.log");
    const watched = { CONCORDAT_METRICS: "127.0.0.1:0", CONCORDAT_SLOW_QUESTION_MILLIS: "0" };
    const environment = { LOG_LEVEL: "debug", TMPDIR: temporary, ...watched };
    const child = await startChild(waitingRoom({ directory: room, port: 0, logFile, environment }));
    onTestFinished(async () => {
      await child.kill();
      await removeEmbedded({ directory: room });
      await rm(directory, { recursive: true });
    });
    // Seconds in which nothing else is done here: a connection that the room gave up meanwhile would go unnoticed.
    const keys = await readRoomKeys(room);
    const secrets = lists.flatMap((list) => [...needlesOf(list, keys.room)]);
    const churn = await runJourneys(child.origin, room, lists);
    await churnLog(churn, ENTRIES);
    await misplace(churn, oneOfEach(secrets));
    const metrics = await (await fetch(`http://127.0.0.1:${child.metricsPort}/metrics`)).text();
    const known: Needle = { kind: "known", bytes: Buffer.from(lists[0]?.partDigest ?? "") };
    const search = searchFor([...secrets, known]);

    const dumped = await asOwner(room, async (sql) => {
      await sql`checkpoint`;
      return (await tableTexts(sql)).flatMap(({ table, text }) => search.inBytes(Buffer.from(text), table));
    });
    const { home, cluster } = await findPlace(room);
    const files = await Promise.all([room, home, temporary].map((path) => search.inDirectory(path)));
    const log = await search.inFile(logFile);
    const told = search.inBytes(Buffer.from(metrics), "metrics");
    const all = [...dumped, ...log, ...told, ...files.flatMap(({ finds }) => finds)];
    console.log(`leak test: ${secrets.length} needles, ${files.map((one) => one.files).join(" + ")} files`);
    expect(all.filter(({ kind }) => kind !== "known").map(({ kind, place }) => `${kind} in ${place}`)).toEqual([]);

    // The search does look where the room writes: what must be there it finds in the tables and in the cluster's files.
    expect(dumped.filter(({ kind, place }) => kind === "known" && place === "upload_part")).toHaveLength(1);
    expect(all.some(({ kind, place }) => kind === "known" && place.startsWith(join(cluster, "base")))).toBe(true);
    expect(all.some(({ kind, place }) => kind === "known" && place.startsWith(join(cluster, "pg_wal")))).toBe(true);
    const said = await readFile(logFile, "utf8");
    expect(said.split("\n").length).toBeGreaterThan(30);
    expect(said).toMatch(/"outcome":"slow question","requestId":"[0-9a-f-]{36}","analysis":"overlap"/);
    expect(metrics).toContain("concordat_requests_total");
    const acts = await asOwner(room, (sql) => actsIn(sql));
    console.log(`leak test: ${acts.entries} entries of ${acts.kinds.length} kinds`);
    expect(acts.entries).toBeGreaterThanOrEqual(ENTRIES);
    expect(acts.kinds).toEqual(expect.arrayContaining(CHURNED));
    await expectEachKindFound(secrets, temporary);
  },
  300_000 + ENTRIES * 100,
);

/** Plants one needle of each kind in a file and sees that the same search finds it there. */
async function expectEachKindFound(secrets: readonly Needle[], directory: string): Promise<void> {
  const perKind = new Map(secrets.map((needle) => [needle.kind, needle]));
  const file = join(directory, "planted");
  for (const [kind, needle] of perKind) {
    await writeFile(file, Buffer.concat([Buffer.from("some text "), needle.bytes, Buffer.from(" and more")]));
    expect((await searchFor(secrets).inFile(file)).map((find) => find.kind)).toContain(kind);
  }
  expect([...perKind.keys()].sort()).toEqual([...KINDS_SOUGHT].sort());
}

const KINDS_SOUGHT = [
  "digest in hex",
  "digest in upper hex",
  "digest in base64",
  "digest in base64url",
  "digest raw",
  "token raw",
  "token in hex",
  "raw email",
  "raw phone",
  "canonical email",
  "canonical phone",
  "record reference",
];

/** One text of each kind that a request can carry in a place where it does not belong. */
function oneOfEach(secrets: readonly Needle[]): readonly string[] {
  const texts = secrets.filter(({ kind }) => !kind.endsWith("raw"));
  return [...new Map(texts.map(({ kind, bytes }) => [kind, Buffer.from(bytes).toString()])).values()];
}

type List = {
  readonly partner: Partner;
  readonly schema: DatasetSchema;
  readonly rows: readonly Row[];
  readonly hashed: Buffer;
  readonly partDigest: string;
};
type Row = Readonly<Record<string, string>>;

async function listOf(partner: Partner, { seed, own }: { readonly seed: number; readonly own: string }): Promise<List> {
  const schema = datasetSchemaSchema.parse(await documentOf(partner, "schema"));
  const [raw, hashed] = [join(own, `${partner}.csv`), join(own, `${partner}.hashed.csv`)];
  await writeCustomers({ partner, rows: ROWS, seed, out: raw });
  // The bank refers to its rows by eight digits alone, which stand in many places by chance.
  const text = (await readFile(raw, "utf8")).replaceAll(/^\d{8}(?=,)/gm, (digits) => `account-${digits}`);
  await writeFile(raw, text);
  const report = await hashFile({ from: raw, to: hashed, schema });
  if (!report.ok) throw new Error(JSON.stringify(report.error));
  const bytes = await readFile(hashed);
  const partDigest = createHash("sha256").update(bytes).digest("hex");
  return { partner, schema, rows: rowsOf(text), hashed: bytes, partDigest };
}

async function documentOf(partner: Partner, name: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(`../../../partners/${partner}/${name}.json`, import.meta.url), "utf8"));
}

/** Rows by column; a quoted cell of these lists holds commas and doubled quotes, never a line break. */
function rowsOf(text: string): Row[] {
  const [header = [], ...rows] = text
    .trim()
    .split(/\r?\n/)
    .map((line) =>
      [...line.matchAll(/("(?:[^"]|"")*"|[^",]*)(?:,|$)/g)].map(([, cell = ""]) =>
        cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
      ),
    );
  return rows.map((cells) => Object.fromEntries(header.map((name, index) => [name, cells[index] ?? ""])));
}

function* needlesOf(list: List, roomKey: Uint8Array): Generator<Needle> {
  const { schema, rows, hashed } = list;
  const texts = new Map<string, string>();
  for (const row of rows) {
    texts.set(row[schema.record.column] ?? "", "record reference");
    for (const [kind, text, canonical] of identifiersOf(schema, row)) {
      texts.set(text, `raw ${kind}`);
      if (canonical !== null && canonical !== text) texts.set(canonical, `canonical ${kind}`);
    }
  }
  for (const [text, kind] of texts) {
    const bytes = Buffer.from(text);
    if (bytes.length >= 8) yield { kind, bytes, isWord: /^\d+$/.test(text) };
  }
  for (const row of rowsOf(hashed.toString())) yield* digestNeedles(schema, row, roomKey);
}

function* identifiersOf(
  schema: DatasetSchema,
  row: Row,
): Generator<[kind: string, text: string, canonical: string | null]> {
  for (const kind of ["email", "phone"] as const) {
    const declared = schema.identifiers[kind];
    if (declared === undefined) continue;
    const country = typeof declared.country === "object" ? row[declared.country.column] : declared.country;
    const text = row[declared.column] ?? "";
    const canonical = canonicalOf(kind, text, country);
    yield [kind, text.trim(), canonical.ok ? canonical.value : null];
  }
}

// The first half of each spelling is sought, so that a digest that was cut is found too.
function* digestNeedles(schema: DatasetSchema, row: Row, roomKey: Uint8Array): Generator<Needle> {
  for (const kind of IDENTIFIER_KINDS) {
    const declared = schema.identifiers[kind];
    const cell = declared === undefined ? "" : (row[declared.column] ?? "");
    if (declared === undefined || cell === "") continue;
    const digest = Buffer.from(cell, declared.encoding);
    if (digest.length !== 32) throw new Error("a cell of a hashed list is no digest");
    const [hex, base64] = [digest.toString("hex").slice(0, 32), digest.toString("base64").slice(0, 21)];
    yield { kind: "digest in hex", bytes: Buffer.from(hex) };
    yield { kind: "digest in upper hex", bytes: Buffer.from(hex.toUpperCase()) };
    yield { kind: "digest in base64", bytes: Buffer.from(base64) };
    if (/[+/]/.test(base64)) {
      yield { kind: "digest in base64url", bytes: Buffer.from(digest.toString("base64url").slice(0, 21)) };
    }
    yield { kind: "digest raw", bytes: digest.subarray(0, 16) };
    const token = tokenOf(digest, roomKey, tokenNameOf(schema, kind));
    yield { kind: "token raw", bytes: token };
    yield { kind: "token in hex", bytes: Buffer.from(token.toString("hex")) };
  }
}

function tokenOf(digest: Buffer, roomKey: Uint8Array, name: TokenName): Buffer {
  const words = Int32Array.from({ length: 8 }, (_, index) => digest.readInt32LE(index * 4));
  const tokens = new Uint32Array(4);
  tokeniser(roomKey, name)(words, 1, tokens);
  const token = Buffer.alloc(16);
  for (const [index, word] of tokens.entries()) token.writeUInt32BE(word, index * 4);
  return token;
}

/** Every table's rows as text; large values are compressed on disk and readable here. */
async function tableTexts(sql: Statements): Promise<{ readonly table: string; readonly text: string }[]> {
  const tables = await sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'concordat' order by 1`;
  const texts: { table: string; text: string }[] = [];
  for (const { name } of tables) {
    const rows = await sql.unsafe<{ text: string }[]>(
      `select row_to_json(one)::text as text from concordat.${name} one`,
    );
    texts.push({ table: name, text: rows.map((row) => row.text).join("\n") });
  }
  expect(texts.length).toBeGreaterThan(15);
  return texts;
}

async function actsIn(sql: Statements): Promise<{ readonly entries: number; readonly kinds: readonly string[] }> {
  const rows = await sql<{ act: string; count: number }[]>`
    select entry::json->>'act' as act, count(*)::int8 as count from concordat.log_entry group by 1 order by 1`;
  return { entries: rows.reduce((sum, { count }) => sum + count, 0), kinds: rows.map(({ act }) => act) };
}

async function runJourneys(origin: string, directory: string, lists: readonly List[]): Promise<Churn> {
  const operator = signingKeyFromJwk(JSON.parse(await readFile(join(directory, "operator.jwk"), "utf8")));
  if (!operator.ok) throw new Error("the operator's key does not read");
  const keys = new Map<string, SigningKey>();
  for (const list of lists) keys.set(list.partner, await bringPartner(origin, operator.value, list));
  const keyOf = (partner: string) => keys.get(partner) ?? operator.value;
  const agreed: { readonly id: string; readonly contract: Contract; readonly question: object }[] = [];
  for (const name of ["sunline-harbour", "sunline-harbour-meridian"]) {
    const file = new URL(`../../../partners/contracts/${name}.json`, import.meta.url);
    const contract = contractSchema.parse(JSON.parse(await readFile(file, "utf8")));
    const offer = { method: "POST", path: "/v1/contracts", key: keyOf("sunline-holidays"), json: contract };
    const id = textOf(await mustCall(origin, offer), "id");
    for (const { partner } of contract.members) {
      const key = keyOf(partner);
      const json = signPayload(key, Buffer.from(canonicalJson(contract)), "concordat-contract+jws");
      await mustCall(origin, { method: "POST", path: `/v1/contracts/${id}/signatures`, key, json });
    }
    const between = contract.members.map(({ partner }) => `${partner}/customers`);
    const overlap = { analysis: "overlap", contract: id, purpose: "insight", between, identifiers: ["email"] };
    const ask = { method: "POST", path: "/v1/questions", key: keyOf("sunline-holidays") };
    await mustCall(origin, { ...ask, path: "/v1/questions/explain", json: overlap });
    await mustCall(origin, { ...ask, json: overlap });
    agreed.push({ id, contract, question: overlap });
    if (contract.members.length === 2) await activate(origin, id, keyOf);
  }
  for (const key of [operator.value, ...keys.values()]) {
    await mustCall(origin, { method: "GET", path: "/v1/audit/export", key });
  }
  const [first] = agreed;
  const [own] = lists;
  if (first === undefined || own === undefined) throw new Error("nothing was agreed");
  const lines = own.hashed.toString().trim().split(/\r?\n/);
  return {
    ...{ origin, operator: operator.value, lines },
    owner: { id: "sunline-holidays", key: keyOf("sunline-holidays") },
    other: { id: "harbour-yachts", key: keyOf("harbour-yachts") },
    digests: rowsOf(own.hashed.toString()).flatMap(({ email = "" }) => (email === "" ? [] : [email])),
    contract: { id: first.id, json: first.contract },
    questions: [first.question, { ...first.question, purpose: "activation" }],
  };
}

async function bringPartner(origin: string, operator: SigningKey, list: List): Promise<SigningKey> {
  const { partner, schema, hashed, partDigest } = list;
  const { key } = generateSigningKey();
  const manifest = await documentOf(partner, "partner");
  const added = await mustCall(origin, { method: "POST", path: "/v1/partners", key: operator, json: manifest });
  const proof = { jwk: key.publicKey.jwk, code: textOf(added, "code") };
  await mustCall(origin, { method: "POST", path: `/v1/partners/${partner}/keys`, key, json: proof });
  const policy = signedPolicy(key, policySchema.parse(await documentOf(partner, "policy")));
  await mustCall(origin, { method: "PUT", path: "/v1/policy", key, json: policy });
  await mustCall(origin, { method: "POST", path: "/v1/datasets", key, json: schema });
  const upload = await mustCall(origin, { method: "POST", path: "/v1/datasets/customers/uploads", key, json: {} });
  const path = `/v1/uploads/${textOf(upload, "id")}`;
  const part = { method: "PUT", path: `${path}/parts/1`, key, contentType: "text/csv" };
  // A part that is refused must leave as little behind as one that is taken.
  const refused = Buffer.concat([hashed, Buffer.from('x,"an unclosed quote\n')]);
  expect((await signedCall(origin, { ...part, bytes: refused })).status).toBeGreaterThanOrEqual(400);
  await mustCall(origin, { ...part, bytes: hashed });
  await mustCall(origin, { method: "POST", path: `${path}/commit`, key, json: { parts: [partDigest] } });
  return key;
}

/** An audience that is made and collected, and one that is denied. */
async function activate(origin: string, contract: string, keyOf: (partner: string) => SigningKey): Promise<void> {
  const [from, matching] = ["sunline-holidays/customers", "harbour-yachts/customers"];
  const audience = { analysis: "audience", contract, purpose: "activation", from, matching, channel: "email" };
  const ask = { method: "POST", path: "/v1/questions" };
  const key = keyOf("sunline-holidays");
  const made = await mustCall(origin, { ...ask, key, json: audience });
  expect(made.body).toMatchObject({ outcome: "released" });
  const rows = await mustCall(origin, { method: "GET", path: `/v1/releases/${textOf(made, "id")}/rows`, key });
  expect(rows.text.split("\r\n").length).toBeGreaterThan(100);
  const denied = { ...audience, from: matching, matching: from };
  const answer = await signedCall(origin, { ...ask, key: keyOf("harbour-yachts"), json: denied });
  expect(answer.status).toBeGreaterThanOrEqual(400);
}
