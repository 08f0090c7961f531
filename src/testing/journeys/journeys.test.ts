// The five journeys over real HTTP and a real database: onboard, agree, upload, ask, review.

import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { CONTRACT_TYP, verifyEnvelope } from "../../crypto/contract-jws.ts";
import { KEY_PROOF_TYP, RECEIPT_TYP } from "../../crypto/document-types.ts";
import { generateSigningKey, type PublicKey, parsePublicJwk } from "../../crypto/jwk.ts";
import { signCompact, verifyCompact } from "../../crypto/jws.ts";
import { parseVerifierKey, verifyNote } from "../../crypto/signed-note.ts";
import { type Checkpoint, parseCheckpoint } from "../../domain/audit/checkpoint.ts";
import { decodeEntry } from "../../domain/audit/entry.ts";
import { verifyExport } from "../../domain/audit/export-file.ts";
import { leafHash } from "../../domain/audit/merkle.ts";
import { verifyConsistency, verifyInclusion } from "../../domain/audit/proof.ts";
import { fromBase64, toBase64Url, utf8 } from "../../domain/bytes.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import { partnerIdSchema } from "../../domain/partner/manifest.ts";
import { err, type Result } from "../../domain/result.ts";
import { checkpointSchema, entryListSchema, proofSchema } from "../../wire/api/audit.ts";
import { contractListSchema, contractReplySchema, jwsSchema, plainContractSchema } from "../../wire/api/contract.ts";
import { datasetListSchema, uploadReplySchema, versionListSchema, versionReplySchema } from "../../wire/api/dataset.ts";
import { enrolmentSchema, jwksSchema, keySchema, partnerListSchema, partnerSchema } from "../../wire/api/partner.ts";
import { policyCheckSchema, policyListSchema, policyReplySchema } from "../../wire/api/policy.ts";
import { budgetSchema, explanationSchema, receiptSchema, releaseListSchema } from "../../wire/api/question.ts";
import { signedCall } from "../signed-call.ts";
import { csvOf, emailDigest, LIST_SCHEMA, people, sha256Hex } from "./lists.ts";
import {
  agree,
  ask,
  audienceOf,
  bring,
  call,
  commit,
  contractJson,
  declare,
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
  regionOf,
  sendPart,
  sign,
  upload,
  type World,
} from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world.room.discard();
});

describe("onboard", () => {
  test("the code that the operator gets enrols one key that is held, once", async () => {
    const answer = await call(world.operator, "POST /v1/partners", { json: manifestOf("alpine-tours") });
    const { code } = read(enrolmentSchema, answer);
    const { key } = generateSigningKey();
    const other = generateSigningKey().key;
    const place = "POST /v1/partners/alpine-tours/keys";
    const [alpine, thief] = [memberOf("alpine-tours", key), memberOf("alpine-tours", other)];
    const json = { jwk: key.publicKey.jwk, code };
    expectProblem(await call(thief, place, { json }), "key-unknown", /thumbprint of a key/);
    const wrong = { jwk: key.publicKey.jwk, code: `${code.slice(0, -4)}AAAA` };
    expectProblem(await call(alpine, place, { json: wrong }), "enrolment-code-invalid", /code is not one/);
    const enrolled = read(keySchema, await call(alpine, place, { json }));
    expect(enrolled.thumbprint).toBe(key.publicKey.thumbprint);
    const again = { jwk: other.publicKey.jwk, code };
    expectProblem(await call(thief, place, { json: again }), "enrolment-code-invalid", /code is not one/);
    expectProblem(await call(alpine, place, { json }), "key-exists", /registered once/);
  });

  test("only the operator brings partners in, and each once", async () => {
    const member = await bring(world, "coastal-cruises");
    const json = manifestOf("coastal-cruises");
    expectProblem(await call(member, "POST /v1/partners", { json }), "operator-only", /operator alone/);
    expectProblem(await call(world.operator, "POST /v1/partners", { json }), "partner-exists", /in the room/);
    const partner = read(partnerSchema, await call(member, "GET /v1/partners/coastal-cruises"));
    expect(partner.industry).toBe("travel");
  });

  test("a partner without a key gets a new code, and the code before it is void", async () => {
    const json = manifestOf("delta-diving");
    const first = read(enrolmentSchema, await call(world.operator, "POST /v1/partners", { json }));
    const second = read(enrolmentSchema, await call(world.operator, "POST /v1/partners", { json }));
    const { key } = generateSigningKey();
    const enrol = ({ code }: { code: string }) =>
      call(memberOf("delta-diving", key), "POST /v1/partners/delta-diving/keys", {
        json: { jwk: key.publicKey.jwk, code },
      });
    expectProblem(await enrol(first), "enrolment-code-invalid", /code is not one/);
    read(keySchema, await enrol(second));
  });

  test("the directory is paged in order and shows everybody", async () => {
    const member = await bring(world, "echo-estates");
    await bring(world, "fjord-ferries");
    const seen: string[] = [];
    let after = "";
    for (let pages = 0; pages < 50; pages++) {
      const page = read(partnerListSchema, await call(member, `GET /v1/partners?limit=2${after}`));
      seen.push(...page.items.map(({ id }) => id));
      if (page.next === null) break;
      after = `&after=${page.next}`;
    }
    expect(seen).toEqual([...new Set(seen)].sort());
    expect(seen).toEqual(expect.arrayContaining(["echo-estates", "fjord-ferries"]));
  });

  test("a key is followed by another that is held, and once revoked signs nothing more", async () => {
    const [old, partner] = [await bring(world, "garden-hotels"), await bring(world, "hill-hostels")];
    const json = contractJson([old, partner]);
    const contract = await agree([old, partner], json);
    const { key } = generateSigningKey();
    const renewed: Member = { ...old, key };
    const { jwk, thumbprint } = key.publicKey;
    const place = "POST /v1/partners/garden-hotels/keys";
    const claim = { partner: old.id, thumbprint };
    const forged = { jwk, proof: signCompact(old.key, claim, KEY_PROOF_TYP) };
    expectProblem(await call(old, place, { json: forged }), "key-unacceptable", /does not verify/);
    const elsewhere = { jwk, proof: signCompact(key, { ...claim, partner: partner.id }, KEY_PROOF_TYP) };
    expectProblem(await call(old, place, { json: elsewhere }), "key-unacceptable", /does not verify/);
    const proven = { jwk, proof: signCompact(key, claim, KEY_PROOF_TYP) };
    expectProblem(await call(partner, place, { json: proven }), "not-found", /by its own partner/);
    read(keySchema, await call(old, place, { json: proven }));

    const gone = `DELETE /v1/partners/garden-hotels/keys/${old.key.publicKey.thumbprint}`;
    expectProblem(await call(partner, gone), "not-found", /no such key/);
    expect(read(keySchema, await call(renewed, gone)).revokedAt).not.toBeNull();
    expectProblem(await call(old, "GET /v1/contracts"), "key-unknown", /may sign here/);
    const last = `DELETE /v1/partners/garden-hotels/keys/${thumbprint}`;
    expectProblem(await call(renewed, last), "last-key", /last active key/);

    const state = read(contractReplySchema, await call(renewed, `GET /v1/contracts/${contract}`)).state;
    expect(state.kind).toBe("in-force");
    const signed = read(jwsSchema, await call(partner, `GET /v1/contracts/${contract}/jws`));
    const members = new Map([
      [old.id, await keysOf(old.id, partner)],
      [partner.id, await keysOf(partner.id, renewed)],
    ]);
    const verdict = verifyEnvelope({ document: signed, members, typ: CONTRACT_TYP });
    expect(verdict.ok && [...verdict.value.signers.keys()].sort()).toEqual(["garden-hotels", "hill-hostels"]);
    const dropped = { ...signed, signatures: signed.signatures.slice(1) };
    expect(verifyEnvelope({ document: dropped, members, typ: CONTRACT_TYP }).ok).toBe(false);
  });

  test("the operator may revoke a partner's last key, and gives a new code to come back with", async () => {
    const member = await bring(world, "island-inns");
    const place = `DELETE /v1/partners/island-inns/keys/${member.key.publicKey.thumbprint}`;
    read(keySchema, await call(world.operator, place));
    expectProblem(await call(member, "GET /v1/policy"), "key-unknown", /may sign here/);
    const json = manifestOf("island-inns");
    const { code } = read(enrolmentSchema, await call(world.operator, "POST /v1/partners", { json }));
    const old = { jwk: member.key.publicKey.jwk, code };
    expectProblem(await call(member, "POST /v1/partners/island-inns/keys", { json: old }), "key-exists", /once/);
    const { key } = generateSigningKey();
    const back = memberOf("island-inns", key);
    const enrolled = { json: { jwk: key.publicKey.jwk, code } };
    read(keySchema, await call(back, "POST /v1/partners/island-inns/keys", enrolled));
    read(datasetListSchema, await call(back, "GET /v1/datasets"));
  });
});

describe("agree", () => {
  test("a contract is in force when every member has signed what each can read in plain words", async () => {
    const [left, right, stranger] = await bringAll("agree", ["one", "two", "three"]);
    const json = contractJson([left, right]);
    const offered = read(contractReplySchema, await call(left, "POST /v1/contracts", { json }));
    expect(offered.state).toEqual({ kind: "offered", missing: [left.id, right.id] });
    expectProblem(await call(right, "POST /v1/contracts", { json }), "contract-exists", /offered before/);
    const { id } = offered;
    const plain = read(plainContractSchema, await call(right, `GET /v1/contracts/${id}/plain`));
    expect(plain.lines.join(" ")).toContain("The agree-one company");
    expectProblem(await call(stranger, `GET /v1/contracts/${id}/plain`), "not-found", /not a member/);
    const half = read(contractReplySchema, await sign(right, { id, json }));
    expect(half.state).toEqual({ kind: "offered", missing: [left.id] });
    const whole = read(contractReplySchema, await sign(left, { id, json }));
    expect(whole.state).toEqual({ kind: "in-force" });
    expect(whole.signatures.map(({ partner }) => partner).sort()).toEqual([left.id, right.id]);
    expect(read(contractListSchema, await call(right, "GET /v1/contracts")).items).toHaveLength(1);
    expect(read(contractListSchema, await call(stranger, "GET /v1/contracts")).items).toHaveLength(0);
  });

  test("a member refuses, and nobody can sign any more", async () => {
    const [left, right] = await bringAll("refuse", ["one", "two"]);
    const json = contractJson([left, right]);
    const { id } = read(contractReplySchema, await call(left, "POST /v1/contracts", { json }));
    await sign(left, { id, json });
    const refused = read(contractReplySchema, await call(right, `POST /v1/contracts/${id}/refusal`, { json: {} }));
    expect(refused.state).toEqual({ kind: "refused", by: [right.id] });
    expectProblem(await sign(right, { id, json }), "contract-not-open", /is refused/);
    expectProblem(
      await call(right, "POST /v1/questions", { json: overlapOf(id, [left, right]) }),
      "contract-not-in-force",
      /is refused/,
    );
  });

  test("suspension stops questions at once, and only who suspended resumes; termination is final", async () => {
    const { left, right, contract } = await smallPair("pause");
    const question = { json: overlapOf(contract, [left, right]) };
    const first = await call(left, "POST /v1/questions", question);
    const act = (member: Member, noun: string) => call(member, `POST /v1/contracts/${contract}/${noun}`, { json: {} });
    const suspended = read(contractReplySchema, await act(right, "suspension"));
    expect(suspended.state).toEqual({ kind: "suspended", by: [right.id] });
    expectProblem(await call(left, "POST /v1/questions", question), "contract-not-in-force", /is suspended/);
    expectProblem(await call(left, "POST /v1/questions/explain", question), "contract-not-in-force", /suspended/);
    expectProblem(await act(left, "resumption"), "contract-not-open", /is suspended/);
    expect(read(contractReplySchema, await act(right, "resumption")).state).toEqual({ kind: "in-force" });
    expect((await call(left, "POST /v1/questions", question)).text).toBe(first.text);
    const audience = await ask(left, audienceOf(contract, [left, right]));
    expect(audience.outcome).toBe("released");
    expect(read(contractReplySchema, await act(left, "termination")).state).toEqual({
      kind: "terminated",
      by: [left.id],
    });
    expectProblem(await call(right, "POST /v1/questions", question), "contract-not-in-force", /is terminated/);
    expectProblem(await call(left, `GET /v1/releases/${audience.id}/rows`), "not-found", /no such release/);
    expectProblem(await act(left, "resumption"), "contract-not-open", /is terminated/);
    expectProblem(await call(left, `GET /v1/releases/${audience.id}`), "not-found", /no such release/);
  });

  test("a later version takes the place of the one it names once everybody has signed it", async () => {
    const { left, right, contract } = await smallPair("amend");
    const json = contractJson([left, right], {
      version: 2,
      previous: contract,
      purposes: ["insight", "activation", "study"],
    });
    const { id } = read(contractReplySchema, await call(right, "POST /v1/contracts", { json }));
    await sign(right, { id, json });
    const state = async (of: string) => read(contractReplySchema, await call(left, `GET /v1/contracts/${of}`)).state;
    expect([(await state(contract)).kind, (await state(id)).kind]).toEqual(["in-force", "offered"]);
    await sign(left, { id, json });
    expect([await state(contract), (await state(id)).kind]).toEqual([{ kind: "replaced", by: [id] }, "in-force"]);
    expectProblem(
      await call(left, "POST /v1/questions", { json: overlapOf(contract, [left, right]) }),
      "contract-not-in-force",
      /is replaced/,
    );
  });
});

describe("upload", () => {
  test("parts go up plain or gzip, go on where they stopped, and become a version by their names", async () => {
    const member = await bring(world, "upload-parts");
    await declare(member);
    expect(read(datasetListSchema, await call(member, "GET /v1/datasets")).items[0]?.schema).toEqual(LIST_SCHEMA);
    const rows = csvOf(people(0, 300), "u").trimEnd().split("\r\n");
    const pieces = [rows.slice(0, 101), rows.slice(101, 201), rows.slice(201)].map(
      (lines) => `${lines.join("\r\n")}\r\n`,
    );
    const parts = pieces.map((piece, index) => (index === 1 ? gzipSync(piece) : utf8(piece)));
    const id = await openUpload(member);
    const put = (number: number, content = parts[number - 1] ?? utf8("")) =>
      sendPart(member, { upload: id, number, content });
    expect(read(uploadReplySchema, await put(1)).nextPart).toBe(2);
    expect(read(uploadReplySchema, await put(2)).nextPart).toBe(3);
    const paused = read(uploadReplySchema, await call(member, `GET /v1/uploads/${id}`));
    expect([paused.state, paused.nextPart, paused.report.read]).toEqual(["open", 3, 200]);
    expect(read(versionListSchema, await call(member, "GET /v1/datasets/customers/versions")).items).toEqual([]);
    expect(read(uploadReplySchema, await put(2)).nextPart).toBe(3);
    expect(read(uploadReplySchema, await put(3)).nextPart).toBe(4);
    const digests = parts.map((part) => sha256Hex(part));
    const version = read(versionReplySchema, await commit(member, id, digests));
    expect([version.sequence, version.people, version.duplicates, version.report.read]).toEqual([1, 300, 0, 300]);
    expectProblem(await put(4), "upload-closed", /is committed/);
    expectProblem(await commit(member, id, digests), "upload-closed", /is committed/);
    const events = await call(member, `GET /v1/uploads/${id}/events`);
    expect(events.text).toContain('event: closed\ndata: {"state":"committed"}');
  });

  test("a second version is in force with its own report: refused rows by line and reason", async () => {
    const { left, right, contract } = await smallPair("second");
    const before = await ask(left, overlapOf(contract, [left, right]));
    const lines = csvOf(people(10, 210), "l").trimEnd().split("\r\n");
    const broken = [
      ...lines,
      `l900,${"0".repeat(63)}x,gold,north,yes,yes`,
      `l901,${emailDigest(901)},gold,north,yes`,
      "l902,,gold,north,yes,yes",
      `l903,${emailDigest(11)},gold,north,yes,yes`,
      "",
    ].join("\r\n");
    const version = await upload(left, broken);
    expect([version.sequence, version.people, version.duplicates]).toEqual([2, 200, 1]);
    expect(version.report).toEqual({
      read: 204,
      accepted: 201,
      blank: 1,
      cleared: 0,
      rejected: 2,
      byReason: { "identifier-malformed": 1, "columns-differ": 1 },
      rejects: [
        { part: 1, line: 202, reason: "identifier-malformed", column: "email" },
        { part: 1, line: 203, reason: "columns-differ" },
      ],
    });
    const versions = read(versionListSchema, await call(left, "GET /v1/datasets/customers/versions")).items;
    expect(versions.map(({ sequence }) => sequence)).toEqual([2, 1]);
    const [newest, older] = versions;
    const pageOf = async (query: string) =>
      read(versionListSchema, await call(left, `GET /v1/datasets/customers/versions?${query}`));
    expect(await pageOf("limit=1")).toEqual({ items: [newest], next: newest?.id });
    expect(await pageOf(`limit=2&after=${newest?.id}`)).toEqual({ items: [older], next: null });
    const after = await ask(left, overlapOf(contract, [left, right]));
    expect(after.id).not.toBe(before.id);
    expect(after.versions[`${left.id}/customers`]).toBe(version.id);
    expect(regionOf(after, [left, right])).toBeGreaterThan(70);
  });

  test("an upload that is given up leaves nothing and takes nothing more", async () => {
    const member = await bring(world, "upload-drop");
    await declare(member);
    const id = await openUpload(member);
    await sendPart(member, { upload: id, number: 1, content: csvOf(people(0, 5), "d") });
    expect(read(uploadReplySchema, await call(member, `DELETE /v1/uploads/${id}`)).state).toBe("dropped");
    expectProblem(await sendPart(member, { upload: id, number: 2, content: "x" }), "upload-closed", /is dropped/);
    expect(read(uploadReplySchema, await call(member, `DELETE /v1/uploads/${id}`)).state).toBe("dropped");
  });

  test("policies follow each other by one, are checked beforehand and keep every version", async () => {
    const member = await bring(world, "policy-owner");
    expectProblem(await call(member, "GET /v1/policy"), "policy-missing", /no policy in force/);
    const first = policyJson(member.id);
    const check = await call(member, "POST /v1/policy/check", { json: first });
    expect(read(policyCheckSchema, check)).toMatchObject({ isSound: true, examples: 0, issues: [] });
    await putPolicy(member, first);
    await putPolicy(member, first);
    await putPolicy(member, { ...policyJson(member.id, { k: 30, minimumAudience: 30 }), version: 2 });
    expect(read(policyReplySchema, await call(member, "GET /v1/policy")).version).toBe(2);
    const versions = read(policyListSchema, await call(member, "GET /v1/policy/versions")).items;
    expect(versions.map(({ version }) => version)).toEqual([2, 1]);
    const pageOf = async (query: string) =>
      read(policyListSchema, await call(member, `GET /v1/policy/versions?${query}`));
    expect(await pageOf("limit=1")).toEqual({ items: versions.slice(0, 1), next: "2" });
    expect(await pageOf("limit=2&after=2")).toEqual({ items: versions.slice(1), next: null });
  });
});

describe("ask", () => {
  test("explaining is free and tells the price; the same question again is free and the same bytes", async () => {
    const { left, right, contract } = await smallPair("ask");
    const question = overlapOf(contract, [left, right]);
    const explain = async () =>
      read(explanationSchema, await call(left, "POST /v1/questions/explain", { json: question }));
    const budget = async () => read(budgetSchema, await call(right, "GET /v1/budget"));
    const before = await explain();
    expect(before.isPermitted).toBe(true);
    expect(before.price?.epsilon).toBe("5");
    expect(await explain()).toEqual(before);
    expect((await budget()).items).toEqual([]);
    const release = await ask(left, question);
    expect(release.spent).toEqual(before.price?.charges);
    const spent = await budget();
    expect(spent.items.map(({ recipient }) => recipient).sort()).toEqual([left.id, "everyone"].sort());
    const reworded = {
      ...question,
      between: [...(release.regions?.[2]?.members ?? [])].reverse(),
      where: [],
      identifiers: ["email"],
    };
    expect((await ask(left, question)).text).toBe(release.text);
    expect((await ask(left, reworded)).text).toBe(release.text);
    expect(await budget()).toEqual(spent);
    expect((await explain()).price?.isRecorded).toBe(true);
    expect(read(releaseListSchema, await call(left, "GET /v1/releases")).items).toHaveLength(1);
  });

  test("two lists: the released figures are near the truth, with intervals and match rates", async () => {
    const { left, right, contract } = await smallPair("two");
    const release = await ask(left, overlapOf(contract, [left, right], { detail: ["identifier"] }));
    expect(
      near(
        release.sizes?.map(({ released }) => released),
        [200, 180],
      ),
    ).toBe(true);
    expect(near([regionOf(release, [left, right]), regionOf(release, [left])], [80, 120])).toBe(true);
    expect(near([release.byIdentifier?.[0]?.released], [80])).toBe(true);
    const both = regionOf(release, [left, right]) ?? 0;
    const rates = release.sizes?.map(({ dataset, released = 0 }) => ({
      dataset,
      share: Math.round((both / released) * 10_000) / 10_000,
    }));
    expect(release.matchRates).toEqual(rates);
    expect(release.privacy.mode).toBe("noise");
    const gold = [{ dataset: `${right.id}/customers`, attribute: "tier", in: ["gold"] }];
    const filtered = await ask(left, overlapOf(contract, [left, right], { where: gold }));
    expect(near([regionOf(filtered, [left, right])], [27])).toBe(true);
  });

  test("three lists: every region of the picture", async () => {
    const members = await bringAll("trio", ["one", "two", "three"]);
    const lists = [people(0, 150), people(50, 200), people(100, 250)];
    for (const [index, member] of members.entries()) {
      await putPolicy(member, policyJson(member.id));
      await declare(member);
      await upload(member, csvOf(lists[index] ?? [], `t${index}-`));
    }
    const [one, two, three] = members;
    const contract = await agree(members, contractJson(members));
    const release = await ask(one, overlapOf(contract, members));
    expect(release.regions).toHaveLength(7);
    const regions = [members, [one, two], [two, three], [one, three]].map((of) => regionOf(release, of));
    expect(near(regions.slice(0, 3), [50, 50, 50])).toBe(true);
    expect(regions[3]).toBeUndefined();
    expect(near([regionOf(release, [two])], [0])).toBe(false);
    const owners = release.spent.map(({ owner, account }) => `${owner} ${account}`).sort();
    expect(owners).toEqual([two, three].flatMap(({ id }) => [`${id} ${one.id}`, `${id} everyone`]).sort());
  });

  test("an audience holds one's own references of who matches, consents and is in the segment", async () => {
    const left = people(0, 200).map((row) => (row.person % 10 === 0 ? { ...row, mail: "no" } : row));
    const right = people(100, 280).map((row) => (row.person % 10 === 1 ? { ...row, partners: "no" } : row));
    const pair = await pairOf(world, { names: ["audience-one", "audience-two"], lists: [left, right] });
    const where = [{ dataset: "audience-two/customers", attribute: "region", in: ["south"] }];
    const question = audienceOf(pair.contract, [pair.left, pair.right], { where });
    const release = await ask(pair.left, question);
    expect(release.outcome).toBe("released");
    const rows = await call(pair.left, `GET /v1/releases/${release.id}/rows`);
    const [head, ...records] = rows.text.trimEnd().split("\r\n");
    const wanted = people(100, 200)
      .map(({ person }) => person)
      .filter((n) => n % 2 === 1 && n % 10 !== 1 && n % 10 !== 0);
    expect(head).toBe("record");
    expect(records.sort()).toEqual(wanted.map((n) => `l${n}`).sort());
    expect(near([release.size?.released], [wanted.length])).toBe(true);
    expectProblem(await call(pair.right, `GET /v1/releases/${release.id}/rows`), "not-found", /no such release/);

    const withdrawn = right.map((row) => (row.person < 120 ? { ...row, partners: "no" } : row));
    await upload(pair.right, csvOf(withdrawn, "r"));
    const later = await call(pair.left, `GET /v1/releases/${release.id}/rows`);
    const still = later.text.trimEnd().split("\r\n").slice(1);
    expect(still.sort()).toEqual(
      wanted
        .filter((n) => n >= 120)
        .map((n) => `l${n}`)
        .sort(),
    );
  });

  test("a denial names the clause and what may be asked instead", async () => {
    const { left, right, contract } = await smallPair("denied");
    const narrow = policyJson(
      right.id,
      {},
      {
        version: 2,
        grants: [
          {
            id: "figures-only",
            to: [{ industry: "travel" }],
            purposes: ["insight"],
            analyses: ["overlap"],
            attributes: { tier: ["filter"] },
            channels: [],
            terms: {},
          },
        ],
      },
    );
    await putPolicy(right, narrow);
    const where = ["tier", "region"].map((attribute) => ({
      dataset: `${right.id}/customers`,
      attribute,
      in: [attribute === "tier" ? "gold" : "north"],
    }));
    const json = overlapOf(contract, [left, right], { where });
    const denied = await call(left, "POST /v1/questions", { json });
    expectProblem(denied, "not-permitted", /region/);
    expect(denied.body["reasons"]).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          document: "policy",
          partner: right.id,
          version: 2,
          effect: "denies",
          pointer: expect.stringMatching(/^\/grants\/0/),
        }),
      ]),
    );
    const explained = read(explanationSchema, await call(left, "POST /v1/questions/explain", { json }));
    expect(explained.isPermitted).toBe(false);
    expect(denied.body["instead"]).toEqual(explained.instead);
    const [better] = explained.instead;
    await ask(left, better?.question ?? {});
    expect(read(budgetSchema, await call(right, "GET /v1/budget")).items).toHaveLength(2);
  });
});

describe("review", () => {
  test("every entry, the growth of the log, the export and the receipt verify without the room", async () => {
    const { left, right, contract } = await smallPair("review");
    const earlier = await checkpointNow(left);
    const release = await ask(left, overlapOf(contract, [left, right]));
    await call(left, "POST /v1/questions", {
      json: overlapOf(contract, [left, right], { purpose: "activation" }),
    });
    const now = await checkpointNow(left);
    const entries = await allEntries(left);
    for (const { index, entry } of entries) {
      const path = `GET /v1/audit/proofs/inclusion?index=${index}&size=${now.size}`;
      const proof = hashes(read(proofSchema, await call(left, path)));
      expect(verifyInclusion({ leafHash: leafHash(utf8(entry)), index, size: now.size, proof, root: now.root })).toBe(
        true,
      );
      expect(
        verifyInclusion({ leafHash: leafHash(utf8(`${entry} `)), index, size: now.size, proof, root: now.root }),
      ).toBe(false);
    }
    const path = `GET /v1/audit/proofs/consistency?first=${earlier.size}&second=${now.size}`;
    const proof = hashes(read(proofSchema, await call(left, path)));
    const claim = { first: earlier.size, second: now.size, firstRoot: earlier.root, secondRoot: now.root, proof };
    expect(verifyConsistency(claim)).toBe(true);

    const anchored = `GET /v1/audit/export?size=${earlier.size}&root=${toBase64Url(earlier.root)}`;
    const openCheckpoint = await checkpointOpener();
    const whole = verifyExport((await call(left, anchored)).text, { openCheckpoint, earlier });
    if (!whole.ok) throw new Error(whole.error.says);
    // The export has the entry of its own making, last.
    expect(whole.value.entries.at(-1)).toMatchObject({ act: "log-exported", actor: { partner: left.id } });
    expect(whole.value.entries.slice(0, -1).map(({ index }) => index)).toEqual(entries.map(({ index }) => index));
    const text = (await call(left, "GET /v1/audit/export")).text;
    expect(verifyExport(text, { openCheckpoint }).ok).toBe(true);
    expect(
      verifyExport(text.replace(/"act\\":\\"question-permitted/, '"act\\":\\"question-withheld'), { openCheckpoint })
        .ok,
    ).toBe(false);

    const { receipt } = read(receiptSchema, await call(left, `GET /v1/releases/${release.id}/receipt`));
    expect(receipt).toBe(release.receipt);
    await expectReceipt(receipt, release.text);
  });

  test("each act of a journey is one entry, which its parties read and no others", async () => {
    const { left, right, contract } = await smallPair("acts");
    const stranger = await bring(world, "acts-stranger");
    await ask(left, overlapOf(contract, [left, right]));
    const acts = async (member: Member) =>
      (await allEntries(member)).map(({ entry }) => {
        const decoded = decodeEntry(entry);
        return decoded.ok ? decoded.value.act : decoded.error;
      });
    const shared = ["contract-offered", "contract-signed", "contract-signed", "question-permitted"];
    const own = ["partner-added", "key-registered", "policy-put", "dataset-created", "upload-committed"];
    expect(await acts(left)).toEqual([...own, ...shared]);
    expect(await acts(right)).toEqual([...own, ...shared]);
    expect(await acts(stranger)).toEqual(["partner-added", "key-registered"]);
  });

  test("open places need no signature and everything else does", async () => {
    for (const path of [
      "/healthz",
      "/readyz",
      "/.well-known/jwks.json",
      "/problems",
      "/problems/not-found",
      "/v1/openapi.json",
      "/docs",
    ]) {
      expect([path, (await fetch(world.origin + path)).status]).toEqual([path, 200]);
    }
    expect((await fetch(`${world.origin}/problems/nothing`)).status).toBe(404);
    const elsewhere = await signedCall(world.origin, { method: "GET", path: "/v1/nothing", key: world.operator.key });
    expectProblem(elsewhere, "not-found", /there is no `GET \/v1\/nothing`/);
  });
});

function memberOf(id: string, key: Member["key"]): Member {
  return { origin: world.origin, id: partnerIdSchema.parse(id), key };
}

async function bringAll<Names extends readonly string[]>(
  prefix: string,
  names: readonly [...Names],
): Promise<{ [index in keyof Names]: Member }> {
  const members: Member[] = [];
  for (const name of names) members.push(await bring(world, `${prefix}-${name}`));
  // SAFETY: one member was brought in for each name.
  return members as { [index in keyof Names]: Member };
}

/** People 0 to 199 on the left, 120 to 299 on the right: 80 on both. */
function smallPair(name: string) {
  return pairOf(world, { names: [`${name}-left`, `${name}-right`], lists: [people(0, 200), people(120, 300)] });
}

async function keysOf(id: string, reader: Member): Promise<PublicKey[]> {
  const { keys } = read(jwksSchema, await call(reader, `GET /v1/partners/${id}/jwks.json`));
  return keys.flatMap((jwk) => {
    const key = parsePublicJwk(jwk);
    return key.ok ? [key.value] : [];
  });
}

// Noise of scale 1 at the most: a miss by 25 has a chance below 1e-10.
function near(released: readonly (number | undefined)[] | undefined, truth: readonly number[]): boolean {
  return truth.every((figure, index) => Math.abs((released?.[index] ?? Number.NaN) - figure) < 25);
}

async function allEntries(member: Member) {
  return read(entryListSchema, await call(member, "GET /v1/audit/entries")).items;
}

function hashes({ proof }: { readonly proof: readonly string[] }): Uint8Array[] {
  return proof.map((text) => {
    const bytes = fromBase64(text);
    if (!bytes.ok) throw new Error("a proof is base64");
    return bytes.value;
  });
}

const roomKeysSchema = z.strictObject({
  keys: z.array(z.record(z.string(), z.string())),
  checkpointKey: z.string(),
  handOvers: z.array(z.string()).length(0),
});

async function roomKeys(): Promise<z.output<typeof roomKeysSchema>> {
  return roomKeysSchema.parse(await (await fetch(`${world.origin}/.well-known/jwks.json`)).json());
}

async function checkpointOpener(): Promise<(note: string) => Result<Checkpoint, string>> {
  const key = parseVerifierKey((await roomKeys()).checkpointKey);
  if (!key.ok) throw new Error(key.error);
  return (note) => {
    const opened = verifyNote(utf8(note), [key.value]);
    return opened.ok ? parseCheckpoint(opened.value.text) : err(opened.error);
  };
}

async function checkpointNow(member: Member): Promise<Checkpoint> {
  const { checkpoint } = read(checkpointSchema, await call(member, "GET /v1/audit/head"));
  return openedCheckpoint(checkpoint);
}

// What a holder of the receipt checks with the room's published key alone: the signature, the digest of the answer as
// it was given, and that the entry which records it stands in the log.
async function expectReceipt(receipt: string, answer: string): Promise<void> {
  const [published] = (await roomKeys()).keys;
  const key = parsePublicJwk(published);
  if (!key.ok) throw new Error(key.error);
  const opened = verifyCompact(key.value, receipt, RECEIPT_TYP);
  const payload: { answerDigest: string; entry: string; index: number; proof: string[]; checkpoint: string } =
    JSON.parse(canonicalJson(opened.ok ? opened.value : null));
  const { receipt: _, ...told } = JSON.parse(answer);
  expect(payload.answerDigest).toBe(sha256Hex(utf8(canonicalJson(told))));
  const { size, root } = await openedCheckpoint(payload.checkpoint);
  const proof = hashes(payload);
  const { index, entry } = payload;
  expect(verifyInclusion({ leafHash: leafHash(utf8(entry)), index, size, proof, root })).toBe(true);
  expect(entry).toContain(payload.answerDigest);
}

async function openedCheckpoint(note: string): Promise<Checkpoint> {
  const opened = (await checkpointOpener())(note);
  if (!opened.ok) throw new Error(opened.error);
  return opened.value;
}
