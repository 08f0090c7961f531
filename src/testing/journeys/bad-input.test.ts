// What a room does with input that is wrong, forged, repeated or hostile: each case has a named problem and a sentence
// that helps, nothing of a person is repeated in it, and nothing breaks.

import { randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signedPolicy } from "../../client/sign-policy.ts";
import { contentDigest } from "../../crypto/content-digest.ts";
import { KEY_PROOF_TYP } from "../../crypto/document-types.ts";
import { type SigningTimes, signRequest } from "../../crypto/http-signature.ts";
import { generateSigningKey, type SigningKey } from "../../crypto/jwk.ts";
import { signCompact, signPayload } from "../../crypto/jws.ts";
import type { HeaderLines } from "../../crypto/signature-base.ts";
import { utf8 } from "../../domain/bytes.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { contractIdSchema, contractSchema } from "../../domain/contract/document.ts";
import { unixMillis } from "../../domain/instant.ts";
import type { ProblemKind } from "../../domain/problem.ts";
import { ROUTES } from "../../http/api/routes.ts";
import { contractReplySchema } from "../../wire/api/contract.ts";
import { uploadReplySchema, versionListSchema } from "../../wire/api/dataset.ts";
import { keySchema } from "../../wire/api/partner.ts";
import { invitationSchema } from "../../wire/api/person.ts";
import { problemSchema } from "../../wire/api/shared.ts";
import { type Answer, signedHeaders } from "../signed-call.ts";
import { csvOf, emailDigest, HEADER, LIST_SCHEMA, people, sha256Hex } from "./lists.ts";
import { trustedBy } from "./requesters.ts";
import {
  agree,
  ask,
  audienceOf,
  bring,
  call,
  commit,
  contractJson,
  declare,
  entryOf,
  expectProblem,
  type Member,
  manifestOf,
  openUpload,
  openWorld,
  overlapOf,
  pairOf,
  policyJson,
  putPolicy,
  read,
  send,
  sendPart,
  sendPolicy,
  sign,
  upload,
  WIDE_LIMITS,
  type World,
} from "./world.ts";

let world: World;
let left: Member;
let right: Member;
let stranger: Member;
let contract: string;
beforeAll(async () => {
  world = await openWorld();
  const lists = [people(0, 200), people(120, 300)] as const;
  ({ left, right, contract } = await pairOf(world, { names: ["bad-left", "bad-right"], lists }));
  stranger = await bring(world, "bad-stranger");
});
afterAll(async () => {
  await world.room.discard();
});

const ADDRESS = "person1@mail.example";
const NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

describe("lists", () => {
  const rows = (cell: (person: number) => string) =>
    [HEADER, ...people(0, 20).map(({ person }) => `r${person},${cell(person)},gold,north,yes,yes`), ""].join("\n");
  const unreadable: readonly (readonly [string, string | Uint8Array, ProblemKind, RegExp])[] = [
    [
      "raw e-mails",
      rows((n) => `person${n}@mail.example`),
      "list-wrong-convention",
      /raw e-mail addresses.*`concordat hash`/,
    ],
    ["MD5", rows((n) => emailDigest(n).slice(0, 32)), "list-wrong-convention", /MD5 digests.*SHA-256 in hex/],
    ["SHA-1", rows((n) => emailDigest(n).slice(0, 40)), "list-wrong-convention", /SHA-1/],
    [
      "base64 for hex",
      rows((n) => Buffer.from(emailDigest(n), "hex").toString("base64")),
      "list-wrong-convention",
      /in base64/,
    ],
    [
      "bytes that are no UTF-8",
      Buffer.concat([utf8(csvOf(people(0, 3), "r")), Buffer.from([0x72, 0xff, 0xfe, 0x2c])]),
      "list-unreadable",
      /line 5: .*UTF-8/,
    ],
    [
      "a quote that never closes",
      `${HEADER}\nr1,"${emailDigest(1)},gold,north,yes,yes\n`,
      "list-unreadable",
      /line 2: .*quote/,
    ],
    ["a missing column", csvOf(people(0, 3), "r").replace(",tier", ""), "list-column-missing", /line 1: .*`tier`/],
    [
      "a column that nobody asked for",
      csvOf(people(0, 3), "r").replace("id,", "birthday,id,"),
      "list-unreadable",
      /`birthday` is not in the schema: leave it out/,
    ],
    ["a column twice", csvOf(people(0, 3), "r").replace("tier", "tier,tier"), "list-unreadable", /`tier` stands twice/],
    ["no header", `r1,${ADDRESS},gold,north,yes,yes\n`, "list-column-missing", /`id` is not in the header/],
    ["nothing", "", "list-unreadable", /the list is empty/],
    [
      "a gzip stream cut off",
      gzipSync(csvOf(people(0, 50), "r")).subarray(0, 200),
      "list-unreadable",
      /gzip stream is damaged/,
    ],
    [
      "a gzip stream with a flipped byte",
      flipped(gzipSync(csvOf(people(0, 50), "r"))),
      "list-unreadable",
      /gzip stream is damaged/,
    ],
    [
      "a gzip stream that lies about its length",
      lyingAboutLength(gzipSync(csvOf(people(0, 50), "r"))),
      "list-unreadable",
      /gzip stream is damaged/,
    ],
    [
      "rows hidden behind the padding of a gzip stream",
      Buffer.concat([gzipSync(csvOf(people(0, 50), "r")), Buffer.alloc(512), gzipSync(csvOf(people(50, 60), "r"))]),
      "list-unreadable",
      /bytes stand behind the end of the gzip stream/,
    ],
    ["a row without end", `${HEADER}\n${"x".repeat(70_000)}\n`, "list-unreadable", /line 2: .*65536 bytes/],
  ];

  test.each(unreadable)("%s: refused at once, by what is wrong and where", async (...[_, content, kind, says]) => {
    const id = await openUpload(left);
    const answer = await sendPart(left, { upload: id, number: 1, content });
    expectProblem(answer, kind, says);
    expectSilent(answer);
    expect(read(uploadReplySchema, await call(left, `GET /v1/uploads/${id}`)).nextPart).toBe(1);
  });

  const rejected: readonly (readonly [string, string, object])[] = [
    ["the digest of nothing", rows(() => NOTHING), { reason: "identifier-of-nothing", column: "email" }],
    [
      "a value that was not declared",
      rows(emailDigest).replaceAll("gold", "titanium"),
      { reason: "value-unknown", column: "tier" },
    ],
    [
      "no record reference",
      rows(emailDigest).replaceAll(/\nr\d+,/g, "\n,"),
      { reason: "record-missing", column: "id" },
    ],
    ["a cell too few", rows(emailDigest).replaceAll(",yes,yes", ",yes"), { reason: "columns-differ" }],
    [
      "a damaged digest now and then",
      rows((n) => (n % 2 === 0 ? emailDigest(n) : `${emailDigest(n).slice(1)}!`)),
      { reason: "identifier-malformed", column: "email" },
    ],
  ];

  test.each(rejected)(
    "%s: the rows are counted, and the whole list refused when they are too many",
    async (_, content, reject) => {
      const question = overlapOf(contract, [left, right]);
      const before = await ask(left, question);
      const versions = await call(left, "GET /v1/datasets/customers/versions");
      const id = await openUpload(left);
      read(uploadReplySchema, await sendPart(left, { upload: id, number: 1, content }));
      const refused = await commit(left, id, [sha256Hex(utf8(content))]);
      expectProblem(
        refused,
        "list-too-many-rejects",
        /\d+ of 20 rows are refused, more than the declared share of 0.02/,
      );
      expectSilent(refused);
      expect(refused.body["report"]).toMatchObject({
        read: 20,
        rejects: expect.arrayContaining([expect.objectContaining(reject)]),
      });
      expect(read(uploadReplySchema, await call(left, `GET /v1/uploads/${id}`)).state).toBe("refused");
      expect((await call(left, "GET /v1/datasets/customers/versions")).text).toBe(versions.text);
      expect((await ask(left, question)).text).toBe(before.text);
    },
  );

  test("a list in which no row holds anybody is refused as empty", async () => {
    const content = rows(() => "");
    const id = await openUpload(left);
    await sendPart(left, { upload: id, number: 1, content });
    expectProblem(await commit(left, id, [sha256Hex(utf8(content))]), "list-empty", /no row has a usable identifier/);
  });

  test("a refused list that is still on its way is answered, not cut off", async () => {
    const id = await openUpload(left);
    const content = [
      HEADER,
      ...people(0, 90_000).map(({ person }) => `r${person},person${person}@mail.example,gold,north,yes,yes`),
    ].join("\n");
    expectProblem(await sendPart(left, { upload: id, number: 1, content }), "list-wrong-convention", /raw e-mail/);
  });

  function expectSilent(answer: Answer): void {
    const told = JSON.stringify({ ...answer.body, versions: undefined });
    for (const secret of ["@", "titanium", NOTHING, emailDigest(1), emailDigest(1).slice(0, 32)]) {
      expect(told.includes(secret)).toBe(false);
    }
  }
});

describe("uploads", () => {
  const parts = [csvOf(people(0, 40), "u"), csvOf(people(40, 60), "u").split("\r\n").slice(1).join("\r\n")] as const;
  const digests = parts.map((part) => sha256Hex(utf8(part)));

  test("10 GB declared are refused before they are sent", async () => {
    const id = await openUpload(left);
    const part = await declaring(10_737_418_240, left, `PUT /v1/uploads/${id}/parts/1`);
    expectProblem(part, "body-too-large", /8388608 bytes/);
    const json = await declaring(10_737_418_240, left, "POST /v1/questions");
    expectProblem(json, "body-too-large", /1048576 bytes/);
    const next = await call(left, `GET /v1/uploads/${id}`);
    expect(read(uploadReplySchema, next).nextPart).toBe(1);
  });

  test("a part that is shorter than it was signed fails its digest", async () => {
    const id = await openUpload(left);
    const bytes = utf8(parts[0]);
    const { headers } = signedHeaders(world.origin, {
      method: "PUT",
      path: `/v1/uploads/${id}/parts/1`,
      key: left.key,
      bytes,
      contentType: "text/csv",
    });
    const cut = { headers: [...headers, ["Content-Length", "100"] as const], bytes: bytes.subarray(0, 100) };
    const short = await raw(`PUT /v1/uploads/${id}/parts/1`, cut);
    expectProblem(short, "digest-mismatch", /do not have the digest that was signed/);
    expect(read(uploadReplySchema, await call(left, `GET /v1/uploads/${id}`)).nextPart).toBe(1);
  });

  test("a chunked body beyond the bound is cut off there", async () => {
    const bytes = Buffer.alloc(9 * 1_048_576, `${csvOf(people(0, 1), "u").split("\r\n")[1]}\r\n`);
    const whole = Buffer.concat([utf8(`${HEADER}\r\n`), bytes]);
    const id = await openUpload(left);
    const line = `PUT /v1/uploads/${id}/parts/1`;
    const { headers } = signedHeaders(world.origin, {
      method: "PUT",
      path: line.slice(4),
      key: left.key,
      bytes: whole,
      contentType: "text/csv",
    });
    expectProblem(
      await raw(line, { headers: [...headers, ["Transfer-Encoding", "chunked"] as const], bytes: whole }),
      "body-too-large",
      /8388608 bytes/,
    );
    expect(read(uploadReplySchema, await call(left, `GET /v1/uploads/${id}`)).nextPart).toBe(1);
  });

  test("parts come in order, whole, and once", async () => {
    const id = await openUpload(left);
    const put = (number: number, content: string) => sendPart(left, { upload: id, number, content });
    const early = await put(2, parts[1]);
    expectProblem(early, "part-out-of-order", /part 2 came before part 1/);
    expect(early.body["expected"]).toBe(1);
    const line = `PUT /v1/uploads/${id}/parts/1`;
    const { headers } = signedHeaders(world.origin, {
      method: "PUT",
      path: line.slice(4),
      key: left.key,
      bytes: utf8(parts[0]),
      contentType: "text/csv",
    });
    const damaged = utf8(parts[0].replace("gold", "bold".replace("b", "g")).replace("u1,", "u7,"));
    expectProblem(await send(world, line, { headers, bytes: damaged }), "digest-mismatch", /do not have the digest/);
    expectProblem(await commit(left, id, digests), "parts-mismatch", /0 parts were received/);
    read(uploadReplySchema, await put(1, parts[0]));
    expectProblem(await commit(left, id, digests), "parts-mismatch", /1 parts were received/);
    expectProblem(await put(1, parts[1]), "part-mismatch", /received with another digest/);
    expect(read(uploadReplySchema, await put(1, parts[0])).nextPart).toBe(2);
    read(uploadReplySchema, await put(2, parts[1]));
    const others = [[digests[0]], [digests[1], digests[0]], [...digests, digests[0]], [digests[0], "0".repeat(64)]];
    for (const named of others) {
      const answer = await commit(left, id, named.map(String));
      expectProblem(answer, "parts-mismatch", /2 parts were received/);
    }
    expectProblem(await commit(left, id, []), "invalid-document", /`\/parts`/);
    expectProblem(
      await commit(left, id, [String(digests[0]).toUpperCase()]),
      "invalid-document",
      /`\/parts\/0`.*lowercase hex/,
    );
    expect((await commit(left, id, digests)).status).toBe(201);
  });

  test("a part needs its digest, and its number is a number", async () => {
    const id = await openUpload(left);
    const line = `PUT /v1/uploads/${id}/parts/1`;
    expectProblem(await call(left, line), "digest-missing", /one `Content-Digest`/);
    for (const number of ["0", "-1", "1.5", "one", "99999999999999999999", "%00"]) {
      const answer = await sendPart(left, { upload: id, number, content: parts[0] });
      expectProblem(answer, "invalid-parameter", /`\/part`/);
    }
  });

  test("a policy's cap on versions holds, and says when the next is possible", async () => {
    const member = await bring(world, "bad-versions");
    await putPolicy(member, policyJson(member.id, { versionsPerPeriod: { count: 1, period: "P30D" } }));
    await declare(member);
    await upload(member, csvOf(people(0, 20), "v"));
    const id = await openUpload(member);
    await sendPart(member, { upload: id, number: 1, content: parts[0] });
    const capped = await commit(member, id, [String(digests[0])]);
    expectProblem(capped, "version-cap-reached", /1 versions in P30D; the next from \d{4}-\d\d-\d\dT/);
    const versions = await call(member, "GET /v1/datasets/customers/versions");
    expect(read(versionListSchema, versions).items).toHaveLength(1);
  });

  test("a schema cannot be changed under its list", async () => {
    const other = { ...LIST_SCHEMA, rejects: "0.5" };
    expectProblem(await call(left, "POST /v1/datasets", { json: other }), "dataset-exists", /another schema/);
  });
});

describe("signatures", () => {
  const question = () => overlapOf(contract, [left, right]);

  test("a request is accepted once: the second is refused, and of twenty at once one passes", async () => {
    const path = "/v1/policy";
    const once = signedHeaders(world.origin, { method: "GET", path, key: left.key });
    expect((await send(world, `GET ${path}`, once)).status).toBe(200);
    expectProblem(await send(world, `GET ${path}`, once), "signature-replayed", /accepted before/);
    const twenty = signedHeaders(world.origin, { method: "GET", path, key: left.key });
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(world, `GET ${path}`, twenty)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expectProblem(answer, "signature-replayed", /accepted before/);
    }
  });

  test("nothing that is signed can be altered", async () => {
    const signed = () =>
      signedHeaders(world.origin, { method: "POST", path: "/v1/questions/explain", key: left.key, json: question() });
    const { bytes } = signed();
    const alter = (from: string, to: string) =>
      utf8(
        Buffer.from(bytes ?? [])
          .toString("utf8")
          .replace(from, to),
      );
    const replaced = (name: string, value: string) =>
      signed().headers.map((line): readonly [string, string] => (line[0] === name ? [name, value] : line));
    const body = alter("insight", "insigth");
    const cases: readonly (readonly [string, { headers: HeaderLines; bytes: Uint8Array | null }, ProblemKind])[] = [
      ["POST /v1/questions/explain", { headers: signed().headers, bytes: body }, "digest-mismatch"],
      [
        "POST /v1/questions/explain",
        { headers: replaced("Content-Digest", contentDigest(body)), bytes: body },
        "signature-invalid",
      ],
      ["POST /v1/questions", { headers: signed().headers, bytes }, "signature-invalid"],
      ["POST /v1/questions/explain?epsilon=1", { headers: signed().headers, bytes }, "signature-invalid"],
      ["POST /v1/questions%2Fexplain", { headers: signed().headers, bytes }, "not-found"],
      [
        "POST /v1/questions/explain",
        { headers: replaced("Idempotency-Key", "another-key-0001"), bytes },
        "signature-invalid",
      ],
      [
        "POST /v1/questions/explain",
        { headers: replaced("Content-Type", "application/json; charset=utf-8"), bytes },
        "signature-invalid",
      ],
      ["PUT /v1/policy", { headers: signed().headers, bytes }, "signature-invalid"],
    ];
    for (const [line, sent, kind] of cases) {
      const answer = await send(world, line, sent);
      expectProblem(answer, kind, kind === "signature-invalid" ? /not over this request/ : /./);
    }
  });

  test("a query keeps its order, and a request its method", async () => {
    const reordered = signedHeaders(world.origin, {
      method: "GET",
      path: "/v1/partners?limit=1&after=a",
      key: left.key,
    });
    expectProblem(
      await send(world, "GET /v1/partners?after=a&limit=1", reordered),
      "signature-invalid",
      /not over this/,
    );
    expectProblem(
      await send(world, "DELETE /v1/partners?limit=1&after=a", reordered),
      "method-not-allowed",
      /takes POST and GET/,
    );
  });

  test("no signature, one that lapsed, one of the future, one of nobody", async () => {
    const { headers } = signedHeaders(world.origin, { method: "GET", path: "/v1/policy", key: left.key });
    const get = (lines: HeaderLines) => send(world, "GET /v1/policy", { headers: lines });
    expectProblem(await get([]), "signature-missing", /no `Signature-Input` field/);
    expectProblem(await get(headers.slice(0, 1)), "signature-missing", /no `Signature` field/);
    expectProblem(
      await get([...headers, ...headers]),
      "signature-malformed",
      /one signature|canonical form|more than one/,
    );
    const now = Math.floor(Date.now() / 1_000);
    const at = (created: number, life: number) =>
      get(signedAt(left.key, { created: now + created, expires: now + created + life }));
    expectProblem(await at(-200, 100), "signature-expired", /expired \d+ seconds ago/);
    expectProblem(await at(75, 100), "signature-expired", /\d+ seconds ahead of the room's clock/);
    expect((await at(45, 100)).status).toBe(200);
    expect((await at(-140, 100)).status).toBe(200);
    expectProblem(await get(lifeOf(301)), "signature-malformed", /1 to 300 seconds/);
    const nobody = generateSigningKey().key;
    expectProblem(
      await get(signedAt(nobody, { created: now, expires: now + 60 })),
      "key-unknown",
      /not the thumbprint of a key/,
    );
  });

  test("a signature leaves out nothing that the request has", async () => {
    const json = canonicalJson({});
    const headers: [string, string][] = [
      ["Content-Type", "application/json"],
      ["Idempotency-Key", "incomplete-0001"],
    ];
    const now = Math.floor(Date.now() / 1_000);
    const request = { method: "POST", targetUri: `${world.origin}/v1/questions`, headers, hasBody: false };
    const signed = signRequest(left.key, request, { created: now, expires: now + 60 });
    const digest = ["Content-Digest", contentDigest(utf8(json))] as const;
    const sent = { headers: [...headers, digest, ...signed], bytes: utf8(json) };
    expectProblem(
      await send(world, "POST /v1/questions", sent),
      "signature-incomplete",
      /must also cover content-digest/,
    );
  });

  test("a revoked key signs nothing more", async () => {
    const member = await bring(world, "bad-revoked");
    const { key } = generateSigningKey();
    const claim = { partner: member.id, thumbprint: key.publicKey.thumbprint };
    const json = { jwk: key.publicKey.jwk, proof: signCompact(key, claim, KEY_PROOF_TYP) };
    read(keySchema, await call(member, `POST /v1/partners/${member.id}/keys`, { json }));
    const made = signedHeaders(world.origin, { method: "GET", path: "/v1/contracts", key: member.key });
    await call({ ...member, key }, `DELETE /v1/partners/${member.id}/keys/${member.key.publicKey.thumbprint}`);
    expectProblem(await send(world, "GET /v1/contracts", made), "key-unknown", /may sign here/);
    expect((await call({ ...member, key }, "GET /v1/contracts")).status).toBe(200);
  });

  function signedAt(key: SigningKey, times: SigningTimes): HeaderLines {
    return signRequest(
      key,
      { method: "GET", targetUri: `${world.origin}/v1/policy`, headers: [], hasBody: false },
      times,
    );
  }

  // The signer makes no such signature, so the parameter is stretched afterwards: its life is judged before its truth.
  function lifeOf(seconds: number): HeaderLines {
    const now = Math.floor(Date.now() / 1_000);
    return signedAt(left.key, { created: now, expires: now + 60 }).map(([name, value]): [string, string] => [
      name,
      value.replace(`expires=${now + 60}`, `expires=${now + seconds}`),
    ]);
  }
});

describe("idempotency", () => {
  test("a key with its body gives the same bytes, with another body a refusal", async () => {
    const json = policyQuestion("0.25");
    const idempotencyKey = "idempotent-key-1";
    const first = await call(left, "POST /v1/questions", { json, idempotencyKey });
    expect(first.status).toBe(200);
    expect((await call(left, "POST /v1/questions", { json, idempotencyKey })).text).toBe(first.text);
    const other = await call(left, "POST /v1/questions", { json: policyQuestion("0.26"), idempotencyKey });
    expectProblem(other, "idempotency-key-reused", /belongs to another request/);
    const elsewhere = await call(left, "POST /v1/datasets/customers/uploads", { json: {}, idempotencyKey });
    expectProblem(elsewhere, "idempotency-key-reused", /belongs to another request/);
    expect((await call(right, "POST /v1/questions", { json, idempotencyKey })).status).toBe(200);
    for (const bad of ["short", "with blank inside", "x".repeat(129)]) {
      const answer = await call(left, "POST /v1/questions", { json, idempotencyKey: bad });
      expectProblem(answer, "idempotency-key-missing", /8 to 128 visible characters/);
    }
    expectProblem(await withoutKey(json), "idempotency-key-missing", /one `Idempotency-Key`/);
  });

  test("a recorded refusal is given again, and one without effect may be mended under its key", async () => {
    const denied = {
      json: overlapOf(contract, [left, right], { purpose: "activation" }),
      idempotencyKey: "idempotent-deny",
    };
    const first = await call(left, "POST /v1/questions", denied);
    expectProblem(first, "not-permitted", /./);
    expect((await call(left, "POST /v1/questions", denied)).text).toBe(first.text);
    const idempotencyKey = "idempotent-mend";
    expectProblem(await call(left, "POST /v1/questions", { json: {}, idempotencyKey }), "invalid-document", /./);
    expect((await call(left, "POST /v1/questions", { json: policyQuestion("0.27"), idempotencyKey })).status).toBe(200);
  });

  test("the same request ten times at once is done once", async () => {
    const request = { json: policyQuestion("0.28"), idempotencyKey: "idempotent-race" };
    const answers = await Promise.all(Array.from({ length: 10 }, () => call(left, "POST /v1/questions", request)));
    const good = answers.filter(({ status }) => status === 200);
    expect(new Set(good.map(({ text }) => text)).size).toBe(1);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expectProblem(answer, "idempotency-in-flight", /first try has not ended/);
    }
    expect((await call(left, "POST /v1/questions", request)).text).toBe(good[0]?.text);
  });

  function policyQuestion(epsilon: string) {
    return overlapOf(contract, [left, right], { epsilon });
  }

  function withoutKey(json: object): Promise<Answer> {
    const bytes = utf8(JSON.stringify(json));
    const headers: [string, string][] = [
      ["Content-Digest", contentDigest(bytes)],
      ["Content-Type", "application/json"],
    ];
    const now = Math.floor(Date.now() / 1_000);
    const request = { method: "POST", targetUri: `${world.origin}/v1/questions`, headers, hasBody: true };
    const signed = signRequest(left.key, request, { created: now, expires: now + 60 });
    return send(world, "POST /v1/questions", { headers: [...headers, ...signed], bytes });
  }
});

describe("JSON", () => {
  const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  const cases: readonly (readonly [string, string | Uint8Array, ProblemKind, RegExp])[] = [
    ["cut off", '{"analysis":', "not-json", /not strict JSON.*character \d+/],
    ["with a name twice", '{"analysis":"overlap","analysis":"audience"}', "not-json", /not strict JSON: .*duplicate/],
    ["100 deep", deep(100), "not-json", /not strict JSON: .*deep/],
    ["100,000 deep", "[".repeat(100_000), "not-json", /not strict JSON/],
    ["of 2 MB", `"${"x".repeat(2 * 1_048_576)}"`, "body-too-large", /1048576 bytes/],
    ["that is no UTF-8", Buffer.from([0x22, 0xff, 0x22]), "not-json", /not UTF-8|not strict JSON/],
    ["with a byte order mark", "\ufeff{}", "not-json", /not strict JSON/],
    ["with a lone surrogate", '{"analysis":"\\ud800"}', "not-json", /./],
    ["of another shape", "[]", "invalid-document", /./],
    ["null", "null", "invalid-document", /./],
    ["with a member too many", '{"analysis":"overlap","__proto__":{"a":1}}', "invalid-document", /./],
  ];

  test.each(cases)("%s is refused by what is wrong with it", async (...[_, content, kind, says]) => {
    const bytes = typeof content === "string" ? utf8(content) : content;
    for (const line of ["POST /v1/questions", "POST /v1/contracts", "PUT /v1/policy", "POST /v1/datasets"]) {
      const answer = await call(left, line, { bytes });
      expectProblem(answer, kind, says);
    }
  });

  test("another content type is refused, and so is a body where none belongs", async () => {
    for (const contentType of ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1"]) {
      const answer = await call(left, "POST /v1/questions", { bytes: utf8("{}"), contentType });
      expectProblem(answer, "unsupported-media-type", /Content-Type: application\/json/);
    }
    const missing = await call(left, "POST /v1/contracts");
    expectProblem(missing, "invalid-document", /./);
    const extra = await call(left, `DELETE /v1/uploads/${randomId("upl")}`, { json: {} });
    expectProblem(extra, "invalid-document", /./);
  });

  test("unknown query parameters are refused rather than passed over", async () => {
    for (const path of [
      "/v1/partners?page=2",
      "/v1/audit/entries?size=1",
      "/v1/policy?version=1",
      "/v1/releases?limit=0",
      "/v1/releases?limit=x",
    ]) {
      expectProblem(await call(left, `GET ${path}`), "invalid-parameter", /`\/limit`|Unrecognized key/);
    }
  });

  test("hostile texts in every place break nothing", async () => {
    const texts = [
      "%00",
      "%0A",
      "%F0%9F%92%A9",
      "..%2F..%2Fetc",
      "'%20or%201=1--",
      "constructor",
      "__proto__",
      "%E2%80%AE",
      "%",
      "%zz",
      "%ff",
    ];
    const places = [
      (text: string) => `GET /v1/partners/${text}`,
      (text: string) => `GET /v1/contracts/${text}`,
      (text: string) => `GET /v1/uploads/${text}`,
      (text: string) => `GET /v1/releases/${text}`,
      (text: string) => `GET /v1/datasets/${text}/versions`,
      (text: string) => `DELETE /v1/partners/${left.id}/keys/${text}`,
      (text: string) => `GET /v1/partners?after=${text}`,
      (text: string) => `GET /v1/contracts?after=${text}`,
      (text: string) => `GET /v1/releases?after=${text}`,
      (text: string) => `GET /v1/budget?after=${text}`,
      (text: string) => `GET /v1/audit/export?size=1&root=${text}`,
      (text: string) => `GET /v1/audit/entries?from=${text}`,
    ];
    for (const place of places) {
      for (const text of texts) {
        const answer = await call(left, place(text));
        expect([place(text), answer.status < 500, answer.text.includes("node_modules")]).toEqual([
          place(text),
          true,
          false,
        ]);
      }
    }
  });

  test("hostile texts in documents are refused or kept, and break nothing", async () => {
    const texts = ["\u0000", "a\u0000b", "\u202e", "<script>alert(1)</script>", "💩".repeat(10), "=cmd|' /C calc'!A0"];
    for (const [index, text] of texts.entries()) {
      for (const [member, line, json] of [...manifestsOf(text, index), ...documentsOf(text, index), ...callsOf(text)]) {
        const answer = await call(member, line, { json });
        expect([line, answer.status < 500]).toEqual([line, true]);
      }
    }
  });

  test("the operator signs like a partner and owns no list", async () => {
    const { operator } = world;
    expectProblem(await call(operator, "POST /v1/datasets", { json: LIST_SCHEMA }), "partner-only", /owns no list/);
    expectProblem(await sendPolicy(operator, policyJson("operator")), "partner-only", /no policy/);
    const offered = await call(operator, "POST /v1/contracts", {
      json: contractJson([left, right], { name: "by-operator" }),
    });
    expectProblem(offered, "not-a-member", /only a member/);
    expectProblem(
      await call(operator, "POST /v1/questions", { json: overlapOf(contract, [left, right]) }),
      "not-found",
      /not a member/,
    );
  });
  type Hostile = readonly (readonly [Member, string, object])[];

  function manifestsOf(text: string, index: number): Hostile {
    const manifest = manifestOf(`hostile-${index}`);
    const contacts = [{ role: "privacy", name: text, email: "a@b.example" }];
    const bent = [
      { name: text },
      { datasets: [{ name: "customers", about: text }] },
      { contacts },
      { jwks: { keys: [{ kty: text }] } },
    ];
    return bent.map((replaced) => [world.operator, "POST /v1/partners", { ...manifest, ...replaced }]);
  }

  function documentsOf(text: string, index: number): Hostile {
    const schemas = [
      { record: { column: text } },
      { consents: { ok: { column: "ok", granted: [text] } } },
      { attributes: { a: { column: "a", type: "category", values: [text] } } },
    ].map((replaced, place) => ({ ...LIST_SCHEMA, dataset: `hostile-${index}-${place}`, ...replaced }));
    const prohibitions = [{ id: "p", to: ["someone"], because: text }];
    const hostile = policyJson(stranger.id, {}, { version: index + 1, prohibitions });
    const attributes = { a: { type: "category", values: [text], uses: [] } };
    const [dataset] = [{ partner: left.id, dataset: "customers", identifiers: ["email"], attributes, consents: [] }];
    const offered = contractJson([left, right], { name: `hostile-${index}`, datasets: [dataset] });
    return [
      ...schemas.map((json) => [left, "POST /v1/datasets", json] as const),
      [left, "POST /v1/policy/check", policyJson(left.id, {}, { prohibitions })],
      [stranger, "PUT /v1/policy", signedPolicy(stranger.key, JSON.parse(JSON.stringify(hostile)))],
      [left, "POST /v1/contracts", offered],
    ];
  }

  function callsOf(text: string): Hostile {
    const where = [{ dataset: `${left.id}/customers`, attribute: "tier", in: [text] }];
    const asked = overlapOf(contract, [left, right], { where });
    const keys = `POST /v1/partners/${left.id}/keys`;
    const { jwk } = generateSigningKey().key.publicKey;
    return [
      [left, "POST /v1/questions", asked],
      [left, "POST /v1/questions/explain", asked],
      [left, `POST /v1/contracts/${contract}/signatures`, { protected: text, signature: text }],
      [left, keys, { jwk: { ...jwk, x: text }, proof: `proof-${text}` }],
      [left, keys, { jwk: { ...jwk, kid: text }, proof: `proof-${text}` }],
    ];
  }
});

describe("contracts", () => {
  test("a signature counts for its signer, its contract and its kind alone", async () => {
    const json = contractJson([left, right], { name: "to-be-signed" });
    const other = contractJson([left, right], { name: "another" });
    const { id } = read(contractReplySchema, await call(left, "POST /v1/contracts", { json }));
    const post = (member: Member, entry: object) =>
      call(member, `POST /v1/contracts/${id}/signatures`, { json: entry });
    const good = entryOf(left.key, json);
    const bytes = utf8(canonicalJson(contractSchema.parse(json)));
    const nobody = generateSigningKey().key;
    const bent: readonly (readonly [object, RegExp])[] = [
      [entryOf(right.key, json), /active key of yours/],
      [entryOf(stranger.key, json), /active key of yours/],
      [entryOf(nobody, json), /active key of yours/],
      [entryOf(left.key, other), /does not verify over this payload/],
      [signPayload(left.key, bytes, KEY_PROOF_TYP), /another type of document/],
      [{ ...good, signature: `${good.signature}=` }, /base64url without padding/],
      [{ ...good, signature: good.signature.slice(0, -2) }, /64 bytes|base64url/],
      [{ ...good, signature: entryOf(right.key, json).signature }, /does not verify/],
      [
        {
          ...good,
          protected: headerOf({ alg: "none", kid: left.key.publicKey.thumbprint, typ: "concordat-contract+jws" }),
        },
        /another algorithm/,
      ],
      [
        {
          ...good,
          protected: headerOf({
            alg: "EdDSA",
            kid: left.key.publicKey.thumbprint,
            typ: "concordat-contract+jws",
            crit: [],
          }),
        },
        /exactly `alg`, `kid` and `typ`/,
      ],
      [{ ...good, protected: "!" }, /base64url/],
    ];
    for (const [entry, says] of bent) expectProblem(await post(left, entry), "contract-signature-invalid", says);
    expectProblem(await post(left, { ...good, header: {} }), "invalid-document", /./);
    expectProblem(await post(stranger, entryOf(stranger.key, json)), "not-found", /not a member/);
    expectProblem(await post(world.operator, entryOf(world.operator.key, json)), "not-found", /not a member/);
    read(contractReplySchema, await post(left, good));
    expectProblem(await post(left, good), "contract-not-open", /is offered/);
    const state = read(contractReplySchema, await call(right, `GET /v1/contracts/${id}`)).state;
    expect(state).toEqual({ kind: "offered", missing: [right.id] });
    const asked = await call(left, "POST /v1/questions", { json: overlapOf(id, [left, right]) });
    expectProblem(asked, "contract-not-in-force", /is offered/);
  });

  test("a key revoked before signing signs no contract; revoked afterwards, its signature stands", async () => {
    const member = await bring(world, "bad-signer");
    const { key } = generateSigningKey();
    const renewed = { ...member, key };
    const claim = { partner: member.id, thumbprint: key.publicKey.thumbprint };
    const proven = { jwk: key.publicKey.jwk, proof: signCompact(key, claim, KEY_PROOF_TYP) };
    read(keySchema, await call(member, `POST /v1/partners/${member.id}/keys`, { json: proven }));
    const before = contractJson([member, right], { name: "signed-before" });
    const id = await agree([member, right], before);
    await call(renewed, `DELETE /v1/partners/${member.id}/keys/${member.key.publicKey.thumbprint}`);
    expect(read(contractReplySchema, await call(right, `GET /v1/contracts/${id}`)).state.kind).toBe("in-force");
    const json = contractJson([member, right], { name: "signed-after" });
    const later = read(contractReplySchema, await call(renewed, "POST /v1/contracts", { json })).id;
    const entry = entryOf(member.key, json);
    const answer = await call(renewed, `POST /v1/contracts/${later}/signatures`, { json: entry });
    expectProblem(answer, "contract-signature-invalid", /active key of yours/);
    read(contractReplySchema, await sign(renewed, { id: later, json }));
  });

  test("a contract names members of the room, is offered by one of them and does not contradict itself", async () => {
    const offer = (json: object, member = left) => call(member, "POST /v1/contracts", { json });
    const ghost = { ...left, id: await ghostId() };
    expectProblem(await offer(contractJson([left, ghost])), "contract-unsound", /no partner `nobody-here`/);
    expectProblem(
      await offer(contractJson([left, right], { name: "by-another" }), stranger),
      "not-a-member",
      /only a member/,
    );
    const successor = contractJson([left, right], { version: 2, previous: "0".repeat(64) });
    expectProblem(await offer(successor), "contract-unsound", /`previous` is not the id/);
    const strange: readonly (readonly [object, RegExp])[] = [
      [{ version: 2 }, /\/previous/],
      [{ unknown: 1 }, /./],
      [{ members: [{ partner: left.id, roles: ["contributor"] }] }, /\/members/],
      [{ members: [left, left].map(({ id }) => ({ partner: id, roles: ["contributor", "recipient"] })) }, /./],
      [{ terms: { ...WIDE_LIMITS, k: 9 } }, /\/terms\/k.*floor is 10/],
      [{ terms: { ...WIDE_LIMITS, budget: undefined } }, /\/terms\/budget/],
      [{ validity: { from: "2027-01-01", until: "2026-01-01" } }, /\/validity\/until/],
      [{ validity: { from: "2026-02-30", until: "2027-01-01" } }, /\/validity\/from/],
      [{ purposes: ["insight"] }, /\/analyses\/1\/purposes/],
      [
        {
          datasets: [
            { partner: stranger.id, dataset: "customers", identifiers: ["email"], attributes: {}, consents: [] },
          ],
        },
        /\/datasets\/0\/partner/,
      ],
    ];
    for (const [replaced, says] of strange) {
      expectProblem(
        await offer(contractJson([left, right], { name: "strange", ...replaced })),
        "invalid-document",
        says,
      );
    }
  });

  async function ghostId() {
    const { id } = { ...stranger };
    // SAFETY: a partner id by its form, of nobody.
    return "nobody-here" as typeof id;
  }

  function headerOf(header: object): string {
    return Buffer.from(JSON.stringify(header)).toString("base64url");
  }
});

describe("policies", () => {
  test("a policy states everything, knows nothing else, and its examples hold", async () => {
    const member = await bring(world, "bad-policy");
    const put = (json: object) => sendPolicy(member, { ...json });
    const limits = { ...WIDE_LIMITS };
    const bent: readonly (readonly [object, ProblemKind, RegExp])[] = [
      [policyJson(member.id, {}, { colour: "red" }), "invalid-document", /./],
      [policyJson(member.id, { colour: "red" }), "invalid-document", /\/defaults/],
      [policyJson(member.id, { k: 9 }), "invalid-document", /\/defaults\/k.*floor is 10/],
      [policyJson(member.id, { minimumAudience: 9 }), "invalid-document", /\/defaults\/minimumAudience/],
      [
        policyJson(member.id, { requestsPerPeriod: [] }),
        "invalid-document",
        /\/defaults\/requestsPerPeriod.*how many requests/,
      ],
      [policyJson(member.id, { requestsPerPeriod: undefined }), "invalid-document", /\/defaults\/requestsPerPeriod/],
      [policyJson(member.id, { versionsPerPeriod: undefined }), "invalid-document", /\/defaults\/versionsPerPeriod/],
      [
        policyJson(member.id, { budget: { ...limits.budget, perRelease: "0" } }),
        "invalid-document",
        /\/defaults\/budget\/perRelease/,
      ],
      [
        policyJson(member.id, { budget: { ...limits.budget, delta: "1" } }),
        "invalid-document",
        /\/defaults\/budget\/delta/,
      ],
      [policyJson(member.id, {}, { version: 2 }), "policy-version-conflict", /next version is 1/],
      [policyJson(right.id), "invalid-document", /is `bad-right`'s, and you are `bad-policy`/],
      [policyJson(member.id, {}, { examples: [exampleOf("deny")] }), "policy-example-failed", /1 of its examples/],
    ];
    for (const [json, kind, says] of bent) expectProblem(await put(json), kind, says);
    expectProblem(await call(member, "GET /v1/policy"), "policy-missing", /no policy/);
    await putPolicy(member, policyJson(member.id, {}, { examples: [exampleOf("permit")] }));
    expectProblem(await put(policyJson(member.id, { k: 20 })), "policy-version-conflict", /next version is 2/);
  });

  function exampleOf(expected: string) {
    const request = {
      to: "someone",
      industry: "travel",
      purpose: "insight",
      analysis: "overlap",
      attributes: {},
      on: "2026-06-01",
    };
    return { says: "travel companies may see figures", request, expect: expected };
  }
});

describe("questions", () => {
  test("what the contract does not name is refused by its place", async () => {
    const where = (clause: object) => ({
      where: [{ dataset: `${right.id}/customers`, attribute: "tier", in: ["gold"], ...clause }],
    });
    const bent: readonly (readonly [object, ProblemKind, RegExp])[] = [
      [overlapOf(contract, [left, right], { analysis: "look-alikes" }), "invalid-document", /\/analysis/],
      [overlapOf(contract, [left, right], { purpose: "activation" }), "not-permitted", /activation/],
      [overlapOf(contract, [left, right], { purpose: "gossip" }), "not-permitted", /gossip/],
      [overlapOf(contract, [left, right], { identifiers: ["phone"] }), "question-unsound", /`phone`/],
      [overlapOf(contract, [left, right], where({ attribute: "income" })), "question-unsound", /no attribute `income`/],
      [overlapOf(contract, [left, right], where({ attribute: "constructor" })), "invalid-document", /./],
      [overlapOf(contract, [left, right], where({ in: ["titanium"] })), "question-unsound", /never has the value/],
      [
        overlapOf(contract, [left, right], where({ dataset: `${stranger.id}/customers` })),
        "question-unsound",
        /does not use the list/,
      ],
      [overlapOf(contract, [left, stranger]), "question-unsound", /no list `bad-stranger\/customers`/],
      [overlapOf(contract, [left, left]), "question-unsound", /./],
      [overlapOf(contract, [left]), "invalid-document", /\/between/],
      [overlapOf(contract, [left, right], { epsilon: "5.5" }), "not-permitted", /5/],
      [overlapOf(contract, [left, right], { epsilon: "0" }), "invalid-document", /\/epsilon/],
      [audienceOf(contract, [left, right], { channel: "post" }), "not-permitted", /post/],
      [audienceOf(contract, [left, right], { purpose: "insight" }), "not-permitted", /insight/],
      [audienceOf(contract, [right, left]), "question-unsound", /asker's own list/],
      [audienceOf(contract, [left, left]), "question-unsound", /./],
    ];
    const budget = await call(right, "GET /v1/budget");
    for (const [json, kind, says] of bent) {
      expectProblem(await call(left, "POST /v1/questions", { json }), kind, says);
      if (kind !== "not-permitted") expectProblem(await call(left, "POST /v1/questions/explain", { json }), kind, says);
    }
    expect((await call(right, "GET /v1/budget")).text).toBe(budget.text);
  });

  test("an analysis, a recipient and a use that the contract leaves out", async () => {
    const [only, other] = [left, right];
    const json = contractJson([only, other], {
      name: "narrow",
      analyses: [
        { analysis: "overlap", purposes: ["insight"], recipients: [only.id], identifiers: ["email"], channels: [] },
      ],
      datasets: [only, other].map(({ id }) => ({
        partner: id,
        dataset: "customers",
        identifiers: ["email"],
        attributes: { tier: { type: "category", values: ["gold"], uses: ["group"] } },
        consents: [],
      })),
    });
    const id = await agree([only, other], json);
    const post = (member: Member, question: object) => call(member, "POST /v1/questions", { json: question });
    expectProblem(await post(only, audienceOf(id, [only, other])), "not-permitted", /does not allow/);
    expectProblem(await post(other, overlapOf(id, [only, other])), "not-permitted", /./);
    const where = [{ dataset: `${other.id}/customers`, attribute: "tier", in: ["gold"] }];
    expectProblem(await post(only, overlapOf(id, [only, other], { where })), "not-permitted", /tier/);
  });

  test("a contract that is unsigned, suspended, over, or not yet begun answers nothing", async () => {
    const named = async (name: string, validity: object) => {
      const json = contractJson([left, right], { name, validity });
      const { id } = read(contractReplySchema, await call(left, "POST /v1/contracts", { json }));
      return { id, json };
    };
    const future = await named("future", { from: "2099-01-01", until: "2099-12-31" });
    for (const member of [left, right]) read(contractReplySchema, await sign(member, future));
    const past = await named("past", { from: "2020-01-01", until: "2020-12-31" });
    expectProblem(await sign(left, past), "contract-not-open", /is expired/);
    const open = await named("open", { from: "2026-01-01", until: "2099-12-31" });
    const states: readonly (readonly [string, RegExp])[] = [
      [future.id, /signed not yet valid/],
      [past.id, /is expired/],
      [open.id, /is offered/],
    ];
    for (const [id, says] of states) {
      for (const question of [overlapOf(id, [left, right]), audienceOf(id, [left, right])]) {
        expectProblem(await call(left, "POST /v1/questions", { json: question }), "contract-not-in-force", says);
      }
    }
  });

  test("a list that nobody has uploaded, and an owner without a policy", async () => {
    const empty = await bring(world, "bad-empty");
    const id = await agree([left, empty], contractJson([left, empty]));
    const json = overlapOf(id, [left, empty]);
    const unruled = await call(left, "POST /v1/questions", { json });
    expectProblem(unruled, "not-permitted", /has not stated its own rules yet/);
    await putPolicy(empty, policyJson(empty.id));
    expectProblem(
      await call(left, "POST /v1/questions", { json }),
      "no-version",
      /The bad-empty company's list “customers” has not been uploaded/,
    );
    await declare(empty);
    expectProblem(await call(left, "POST /v1/questions/explain", { json }), "no-version", /not been uploaded/);
  });
});

describe("what is somebody else's", () => {
  test("looks just like what does not exist, on every route", async () => {
    const release = await ask(left, audienceOf(contract, [left, right]));
    const open = await openUpload(left);
    await declare(left, { ...LIST_SCHEMA, dataset: "secret-list" });
    const things = {
      contract,
      upload: open,
      release: release.id,
      request: await waitingRequest(),
      person: await somebody(),
      witness: await knownWitness(),
      requester: (await trustedBy(left, "publisher.example", "ES256")).issuer,
    };
    const groups = foreignCalls(things);
    const called = new Set(groups.flatMap(({ own, calls }) => calls.map((make) => routeOf(make(own).line))));
    expect([...called].sort()).toEqual(ROUTES_OF_ONE.map(({ method, path }) => `${method} ${path}`).sort());
    for (const { own, none, calls } of groups) {
      for (const make of calls) {
        const answers: Answer[] = [];
        for (const id of [own, none]) {
          const { line, ...request } = make(id);
          const answer = await call(stranger, line, request);
          expectProblem(answer, "not-found", /you have no|you are not a member|no such key/);
          // Each request has its own name.
          const text = answer.text.replaceAll(id, "ID").replace(/"requestId":"[^"]*"/, "");
          answers.push({ ...answer, text });
        }
        expect(answers[0]?.text).toBe(answers[1]?.text);
      }
    }
    expect(read(uploadReplySchema, await call(left, `GET /v1/uploads/${open}`)).state).toBe("open");
    expect((await call(left, "GET /v1/policy")).status).toBe(200);
  });

  test("a key is registered by its own partner alone", async () => {
    const { key } = generateSigningKey();
    for (const id of [left.id, "nobody-here"]) {
      const claim = { partner: id, thumbprint: key.publicKey.thumbprint };
      const json = { jwk: key.publicKey.jwk, proof: signCompact(key, claim, KEY_PROOF_TYP) };
      const answer = await call(stranger, `POST /v1/partners/${id}/keys`, { json });
      expectProblem(answer, "not-found", /by its own partner/);
      const coded = { jwk: key.publicKey.jwk, code: `${id}.AAAAAAAAAAAAAAAAAAAAAA` };
      const enrol = await call({ ...stranger, key }, `POST /v1/partners/${id}/keys`, { json: coded });
      expectProblem(enrol, "enrolment-code-invalid", /code is not one/);
    }
  });
});

describe("the log", () => {
  test("proofs beyond the log, and exports from a checkpoint that is none of it, are refused", async () => {
    const beyond = [
      "/v1/audit/proofs/inclusion?index=0&size=0",
      "/v1/audit/proofs/inclusion?index=5&size=5",
      "/v1/audit/proofs/inclusion?index=0&size=99999999",
      "/v1/audit/proofs/consistency?first=5&second=4",
      "/v1/audit/proofs/consistency?first=1&second=99999999",
      `/v1/audit/export?size=99999999&root=${"A".repeat(43)}`,
    ];
    for (const path of beyond)
      expectProblem(await call(left, `GET ${path}`), "invalid-parameter", /the log has \d+ entries/);
    expectProblem(await call(left, "GET /v1/audit/export?size=3"), "invalid-parameter", /both|`root`/);
    expectProblem(await call(left, `GET /v1/audit/export?root=${"A".repeat(43)}`), "invalid-parameter", /both|`size`/);
    expectProblem(await call(left, "GET /v1/audit/export?size=3&root=short"), "invalid-parameter", /`\/root`/);
    for (const path of [
      "/v1/audit/proofs/consistency?first=0&second=0",
      "/v1/audit/proofs/consistency?first=0&second=3",
    ]) {
      expect((await call(left, `GET ${path}`)).body).toEqual({ proof: [] });
    }
  });
});

type Foreign = {
  readonly own: string;
  readonly none: string;
  readonly calls: readonly ((id: string) => {
    line: string;
    json?: unknown;
    bytes?: Uint8Array;
    contentType?: string;
  })[];
};

// Every route that names one thing, but for the directory of partners and the hashes of the log, which everybody may
// read, the registration of a key, which has a test of its own, and the two that name a contract in their body.
const ROUTES_OF_ONE = [
  ...ROUTES.filter(({ path }) => path.includes("{") && !/^\/v1\/(?:partners|audit\/(?:tile|witnessed))/.test(path)),
  { method: "delete", path: "/v1/partners/{partner}/keys/{thumbprint}" },
  { method: "post", path: "/v1/questions" },
  { method: "post", path: "/v1/questions/explain" },
];

function routeOf(line: string): string {
  const [method = "", path = ""] = line.toLowerCase().split(" ");
  const found = ROUTES_OF_ONE.find(
    (one) => one.method === method && new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`, "i").test(path),
  );
  return found === undefined ? line : `${found.method} ${found.path}`;
}

async function knownWitness(): Promise<string> {
  const { thumbprint } = generateSigningKey().key.publicKey;
  const row = { thumbprint, partner: left.id, name: `${left.id}/witness`, key: "" };
  const act = { name: "note witness", parties: [left.id] };
  await world.room.ports.store.note(act, (tx) => tx.witnesses.register(row));
  return thumbprint;
}

// A question of left that waits for right, noted as the room notes one.
async function waitingRequest(): Promise<string> {
  const { store } = world.room.ports;
  const id = randomId("req");
  await store.write({ name: "note request", parties: [left.id] }, (tx) =>
    tx.requests.add({
      ...{ id, recipient: left.id, contract: contractIdSchema.parse(contract), approvers: [right.id] },
      ...{ question: JSON.stringify(overlapOf(contract, [left, right])), questionDigest: sha256Hex(utf8(id)) },
      ...{ askedWith: left.key.publicKey.thumbprint, expiresAt: unixMillis(4_000_000_000_000) },
    }),
  );
  return id;
}

// One of left's people, let in as an engineer lets people in.
async function somebody(): Promise<string> {
  const json = { name: "Ann Lee", role: "marketer" };
  return read(invitationSchema, await call(left, "POST /v1/people", { json })).person.id;
}

type Things = {
  readonly contract: string;
  readonly person: string;
  readonly upload: string;
  readonly release: string;
  readonly request: string;
  readonly witness: string;
  readonly requester: string;
};

function foreignCalls(things: Things): readonly Foreign[] {
  const noContract = sha256Hex(randomBytes(8));
  const key = left.key.publicKey.thumbprint;
  const { thumbprint } = generateSigningKey().key.publicKey;
  const receipts = ["", "/receipt", "/rows"].map((tail) => (id: string) => ({ line: `GET /v1/releases/${id}${tail}` }));
  const questions = ["", "/explain"].map((tail) => (id: string) => {
    return { line: `POST /v1/questions${tail}`, json: overlapOf(id, [left, right]) };
  });
  return [
    { own: things.contract, none: noContract, calls: [...contractCalls(), ...questions] },
    { own: things.upload, none: randomId("upl"), calls: uploadCalls() },
    {
      own: "secret-list",
      none: "random-list",
      calls: [
        (id) => ({ line: `GET /v1/datasets/${id}/versions` }),
        (id) => ({ line: `POST /v1/datasets/${id}/uploads`, json: {} }),
      ],
    },
    { own: things.release, none: randomId("rel"), calls: receipts },
    {
      own: things.request,
      none: randomId("req"),
      calls: [
        (id) => ({ line: `GET /v1/approvals/${id}` }),
        (id) => ({ line: `POST /v1/approvals/${id}`, json: { verdict: "approve" } }),
      ],
    },
    {
      own: things.person,
      none: randomId("per"),
      calls: [
        (id) => ({ line: `POST /v1/people/${id}/links`, json: {} }),
        (id) => ({ line: `DELETE /v1/people/${id}` }),
      ],
    },
    {
      own: things.requester,
      none: "nobody.example",
      calls: [(id) => ({ line: `DELETE /v1/subjects/requesters/${id}` })],
    },
    { own: things.witness, none: thumbprint, calls: [(id) => ({ line: `DELETE /v1/audit/witnesses/${id}` })] },
    { own: key, none: thumbprint, calls: [(id) => ({ line: `DELETE /v1/partners/${left.id}/keys/${id}` })] },
  ];
}

function contractCalls(): Foreign["calls"] {
  const entry = entryOf(stranger.key, contractJson([left, right]));
  const looks = ["", "/plain", "/difference", "/jws"];
  const acts = ["refusal", "suspension", "resumption", "termination"];
  return [
    ...looks.map((tail) => (id: string) => ({ line: `GET /v1/contracts/${id}${tail}` })),
    ...acts.map((noun) => (id: string) => ({ line: `POST /v1/contracts/${id}/${noun}`, json: {} })),
    (id) => ({ line: `POST /v1/contracts/${id}/signatures`, json: entry }),
  ];
}

function uploadCalls(): Foreign["calls"] {
  return [
    (id) => ({ line: `GET /v1/uploads/${id}` }),
    (id) => ({ line: `GET /v1/uploads/${id}/events` }),
    (id) => ({ line: `DELETE /v1/uploads/${id}` }),
    (id) => ({ line: `POST /v1/uploads/${id}/commit`, json: { parts: ["0".repeat(64)] } }),
    (id) => ({ line: `PUT /v1/uploads/${id}/parts/1`, bytes: utf8(HEADER), contentType: "text/csv" }),
  ];
}

function randomId(kind: string): string {
  return `${kind}_${randomBytes(16).toString("base64url")}`;
}

// The length of what was packed stands in the last four bytes (RFC 1952 §2.3.1).
function lyingAboutLength(stream: Buffer): Buffer {
  stream.writeUInt32LE(stream.readUInt32LE(stream.length - 4) - 70, stream.length - 4);
  return stream;
}

function flipped(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[Math.floor(copy.length / 2)] = (copy[Math.floor(copy.length / 2)] ?? 0) ^ 0x55;
  return copy;
}

/** A signed request that declares a length and sends nothing of it. */
function declaring(length: number, member: Member, line: string): Promise<Answer> {
  const [method = "", path = ""] = line.split(" ");
  const { headers } = signedHeaders(world.origin, { method, path, key: member.key, bytes: utf8("x") });
  return raw(line, { headers: [...headers, ["Content-Length", String(length)]], bytes: utf8(""), isWhole: false });
}

type Sent = { readonly headers: HeaderLines; readonly bytes: Uint8Array; readonly isWhole?: boolean };

/** Sends bytes under header lines as they stand, which `fetch` does not let one do. */
function raw(line: string, sent: Sent): Promise<Answer> {
  const { headers, bytes, isWhole = true } = sent;
  const [method, path = ""] = line.split(" ");
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(world.origin + path, { method, headers: Object.fromEntries(headers) }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        outgoing.destroy();
        resolve({ status: response.statusCode ?? 0, body: problemSchema.parse(JSON.parse(text)), text });
      });
    });
    outgoing.on("error", reject);
    outgoing.flushHeaders();
    outgoing.write(bytes);
    if (isWhole) outgoing.end();
  });
}
