// Signing in with an account of one's company, over real HTTP and a real provider: who comes in, who does not, and what
// of it stands in the log. Tokens that a sound provider never gives come from a bent one.

import type { JWTPayload } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeEntry } from "../domain/audit/entry.ts";
import { PROBLEMS, type ProblemKind } from "../domain/problem.ts";
import { followForm, type Jar, open } from "../testing/console/account-visitor.ts";
import {
  type BentProvider,
  CLIENT,
  openBentProvider,
  openProvider,
  type TestProvider,
} from "../testing/console/identity-provider.ts";
import type { PageReply } from "../testing/console/visitor.ts";
import { type Invited, invite } from "../testing/console/world.ts";
import { bring, call, expectProblem, type Member, openWorld, read, type World } from "../testing/journeys/world.ts";
import { providerSchema } from "../wire/api/sign-in-provider.ts";

let world: World;
let alba: Member;
let boreal: Member;
let provider: TestProvider;
let bent: BentProvider;
beforeAll(async () => {
  world = await openWorld();
  [provider, bent] = [await openProvider([`${world.origin}/console/returned`]), await openBentProvider()];
  [alba, boreal] = [await bring(world, "alba-travel"), await bring(world, "boreal-boats")];
});
afterAll(async () => {
  await Promise.all([provider.close(), bent.close()]);
  await world.room.discard();
});

const register = async (member: Member, issuer: string) => {
  const { entrancePath } = read(
    providerSchema,
    await call(member, "PUT /v1/sign-in-provider", { json: { issuer, ...CLIENT } }),
  );
  return world.origin + entrancePath;
};
const codeIn = ({ link }: Invited) => link.slice(link.lastIndexOf("/") + 1);
const come = (jar: Jar, account: string | null, sent: { url: string; code?: string; stopAt?: string }) => {
  provider.signsIn(account);
  const form: Record<string, string> = sent.code === undefined ? {} : { code: sent.code };
  const { url, stopAt } = sent;
  return followForm(jar, { url, form, ...(stopAt === undefined ? {} : { stopAt }) });
};

function expectRefusal(reply: PageReply, kind: ProblemKind, says?: RegExp): void {
  const text = reply.text.replaceAll("&#39;", "'");
  expect([reply.status, text.includes(PROBLEMS[kind].title.slice(1))]).toEqual([PROBLEMS[kind].status, true]);
  if (says !== undefined) expect(text).toMatch(says);
}

async function lastEntry(member: Member) {
  const act = { name: "look", parties: [member.id] };
  const rows = await world.room.ports.store.read(act, (tx) => tx.log.entriesBefore(1_000_000, 1));
  const entry = decodeEntry(rows[0]?.entry ?? "");
  if (!entry.ok) throw new Error("the log has an entry");
  return entry.value;
}

describe("somebody who was invited", () => {
  test("signs in with link and account once, and with the account alone from then on", async () => {
    const url = await register(alba, provider.issuer);
    const ada = await invite(alba, "marketer", "Ada");
    const jar: Jar = new Map();
    expect((await open(jar, ada.link)).text).toContain("Sign in with your account at 127.0.0.1");
    const first = await come(jar, "subject-of-ada", { url, code: codeIn(ada) });
    expect([first.status, first.url]).toEqual([200, `${world.origin}/console/home`]);
    expect(first.text).toContain("Ada");
    expect(await lastEntry(alba)).toMatchObject({ act: "person-signed-in", detail: { way: "account" } });
    expectRefusal(await open(new Map(), ada.link), "sign-in-link-invalid");

    const before = sessionIn(jar);
    const again = await come(jar, "subject-of-ada", { url });
    expect(again.text).toContain("Ada");
    expect(sessionIn(jar)).not.toBe(before);
    const elsewhere = await come(new Map(), "subject-of-ada", { url });
    expect(elsewhere.url).toBe(`${world.origin}/console/home`);
  });

  test("is shown the one click back when the session is over, where a stranger is told of links", async () => {
    const jar: Jar = new Map();
    await come(jar, "subject-of-ada", { url: await register(alba, provider.issuer) });
    jar.get(world.origin)?.set("__Host-concordat", `alba-travel.${"A".repeat(43)}`);
    const ended = await open(jar, `${world.origin}/console/home`);
    expectRefusal(ended, "not-signed-in", /Your session has ended/);
    expect(ended.text).toMatch(/<form method="post" action="\/console\/account\/alba-travel\.[\w-]{43}">/);
    const stranger = await open(new Map(), `${world.origin}/console/home`);
    expectRefusal(stranger, "not-signed-in", /An administrator of your company makes one/);
    expect(stranger.text).not.toContain("/console/account/");
  });

  test("comes in no more once removed, nor once the provider is taken back, which ends the session", async () => {
    const url = await register(alba, provider.issuer);
    const [bea, cy] = [await invite(alba, "admin", "Bea"), await invite(alba, "admin", "Cy")];
    const jar: Jar = new Map();
    await come(jar, "subject-of-bea", { url, code: codeIn(bea) });
    expect((await open(jar, `${world.origin}/console/people`)).text).toContain("Bea");
    await call(alba, `DELETE /v1/people/${bea.id}`);
    expectRefusal(await come(jar, "subject-of-bea", { url }), "account-unknown");
    await come(jar, "subject-of-cy", { url, code: codeIn(cy) });
    await call(alba, "DELETE /v1/sign-in-provider");
    expectRefusal(await open(jar, `${world.origin}/console/people`), "not-signed-in");
    expectRefusal(await come(jar, "subject-of-cy", { url }), "sign-in-provider-missing");
  });
});

describe("nobody comes in", () => {
  test("with an account that nobody invited, another person's, or at another company", async () => {
    const url = await register(alba, provider.issuer);
    const there = await register(boreal, provider.issuer);
    const [dan, eve] = [await invite(alba, "marketer", "Dan"), await invite(alba, "marketer", "Eve")];
    expectRefusal(await come(new Map(), "subject-of-nobody", { url }), "account-unknown");
    expect(await lastEntry(alba)).toMatchObject({ act: "sign-in-refused", actor: { room: true } });
    await come(new Map(), "subject-of-dan", { url, code: codeIn(dan) });
    expectRefusal(await come(new Map(), "subject-of-dan", { url, code: codeIn(eve) }), "account-taken");
    expect(await lastEntry(alba)).toMatchObject({
      act: "sign-in-refused",
      actor: { partner: alba.id, person: expect.stringMatching(/^[0-9a-f]{64}$/) },
      detail: { problem: "account-taken" },
    });
    expectRefusal(await come(new Map(), "subject-of-dan", { url: there }), "account-unknown");
    expectRefusal(await come(new Map(), "subject-of-eve", { url: there, code: codeIn(eve) }), "sign-in-link-invalid");
    expect((await come(new Map(), "subject-of-eve", { url, code: codeIn(eve) })).text).toContain("Eve");
  });

  test("by a return that this browser did not begin, that was bent, or that comes twice", async () => {
    const url = await register(alba, provider.issuer);
    const stopAt = `${world.origin}/console/returned`;
    const jar: Jar = new Map();
    const back = await come(jar, "subject-of-dan", { url, stopAt });
    expectRefusal(await open(new Map(), back.url), "sign-in-not-begun");
    const bentState = back.url.replace(/state=./, (text) => (text === "state=0" ? "state=1" : "state=0"));
    expectRefusal(await open(jar, bentState), "sign-in-not-begun");
    const cookie = jar.get(world.origin)?.get("__Host-concordat-sign-in") ?? "";
    const another: Jar = new Map();
    await come(another, "subject-of-dan", { url, stopAt });
    expectRefusal(await open(another, back.url), "sign-in-not-begun");
    expect((await open(jar, back.url)).url).toBe(`${world.origin}/console/home`);
    jar.get(world.origin)?.set("__Host-concordat-sign-in", cookie);
    expectRefusal(await open(jar, back.url), "sign-in-not-begun");
  });

  test("who turns back at the provider, or whose provider has been changed meanwhile", async () => {
    const url = await register(alba, provider.issuer);
    expectRefusal(await come(new Map(), null, { url }), "sign-in-refused", /access_denied/);
    const jar: Jar = new Map();
    const back = await come(jar, "subject-of-dan", { url, stopAt: `${world.origin}/console/returned` });
    await register(alba, bent.issuer);
    expectRefusal(await open(jar, back.url), "sign-in-refused", /has changed since/);
  });

  test("from another page, or by an entrance that is guessed", async () => {
    const url = await register(alba, provider.issuer);
    const begun = await fetch(url, { method: "POST", headers: { origin: "https://elsewhere.example" }, body: "" });
    expect([begun.status, begun.headers.get("refresh")]).toEqual([403, null]);
    const guessed = `${world.origin}/console/account/alba-travel.${"A".repeat(43)}`;
    const nowhere = `${world.origin}/console/account/zeta-trains.${"A".repeat(43)}`;
    const [known, unknown] = [await open(new Map(), guessed), await open(new Map(), nowhere)];
    expectRefusal(known, "sign-in-provider-missing");
    expect(known.text).toBe(unknown.text);
    expectRefusal(await come(new Map(), "subject-of-dan", { url: guessed }), "sign-in-provider-missing");
  });
});

describe("a token is refused", () => {
  const soon = () => Math.floor(Date.now() / 1_000) + 300;
  const sound = (nonce: string): JWTPayload => ({
    iss: bent.issuer,
    aud: CLIENT.clientId,
    sub: "subject-of-fay",
    nonce,
    iat: soon() - 300,
    exp: soon(),
  });
  const bends: readonly (readonly [string, RegExp, (claims: JWTPayload) => JWTPayload])[] = [
    ["of another provider", /another provider/, (claims) => ({ ...claims, iss: provider.issuer })],
    ["made for another client", /somebody other than this room/, (claims) => ({ ...claims, aud: "another-room" })],
    ["of another sign-in", /another sign-in/, (claims) => ({ ...claims, nonce: "0".repeat(64) })],
    ["out of date", /out of date/, (claims) => ({ ...claims, exp: soon() - 900, iat: soon() - 1_000 })],
    ["that names nobody", /not one to this sign-in/, ({ sub: _, ...claims }) => claims],
  ];

  const arrive = async (code: string | null, told: (nonce: string) => void) => {
    const jar: Jar = new Map();
    const url = await register(boreal, bent.issuer);
    const stopAt = `${bent.issuer}/authorize`;
    const { url: to } = await come(jar, null, { url, stopAt, ...(code === null ? {} : { code }) });
    const asked = new URL(to).searchParams;
    expect([asked.get("response_type"), asked.get("code_challenge_method"), asked.get("redirect_uri")]).toEqual([
      "code",
      "S256",
      `${world.origin}/console/returned`,
    ]);
    told(asked.get("nonce") ?? "");
    return open(jar, `${world.origin}/console/returned?code=any&state=${asked.get("state") ?? ""}`);
  };

  test.each(bends)("%s", async (_, says, bend) => {
    expectRefusal(await arrive(null, (nonce) => bent.tells(bend(sound(nonce)))), "sign-in-refused", says);
    expect(await lastEntry(boreal)).toMatchObject({ act: "sign-in-refused", detail: { problem: "sign-in-refused" } });
  });

  test("signed with another key; and the same with the provider's own signs in", async () => {
    const fay = await invite(boreal, "marketer", "Fay");
    const forged = await arrive(codeIn(fay), (nonce) => bent.tells(sound(nonce), "another"));
    expectRefusal(forged, "sign-in-refused", /not signed by the provider/);
    expect((await arrive(codeIn(fay), (nonce) => bent.tells(sound(nonce)))).text).toContain("Fay");
  });
});

describe("a provider", () => {
  const put = (json: Readonly<Record<string, unknown>>) => call(boreal, "PUT /v1/sign-in-provider", { json });

  test("is registered only where it is who it is named as, and where a partner may send the room", async () => {
    const named = bent.issuer.replace("127.0.0.1", "localhost");
    const unfit: readonly (readonly [string, RegExp])[] = [
      [`${bent.issuer}/`, /names itself otherwise|named as|registered/],
      [`${bent.issuer}/realms/other`, /cannot be reached/],
      ["http://127.0.0.1:9", /cannot be reached/],
      [named, /without TLS/],
      ["http://login.example.com", /without TLS/],
      ["https://10.0.0.1", /network of the room's own/],
      ["https://[::1]", /network of the room's own/],
      ["https://[fd00::1]", /network of the room's own/],
      ["https://localhost", /network of the room's own/],
    ];
    for (const [issuer, says] of unfit) expectProblem(await put({ issuer, ...CLIENT }), "sign-in-provider-unfit", says);
    for (const issuer of ["https://a@b.example", "ftp://b.example", "https://b.example/?q=1", "b.example"]) {
      expectProblem(await put({ issuer, ...CLIENT }), "invalid-document", /issuer/);
    }
    const asOperator = { json: { issuer: bent.issuer, ...CLIENT } };
    expectProblem(await call(world.operator, "PUT /v1/sign-in-provider", asOperator), "partner-only", /links alone/);
  });

  test("is shown without its secret, which the database does not hold in clear", async () => {
    await register(boreal, bent.issuer);
    const shown = await call(boreal, "GET /v1/sign-in-provider");
    expect(read(providerSchema, shown)).toMatchObject({ issuer: bent.issuer, hasSecret: true });
    expect(shown.text).not.toContain(CLIENT.clientSecret);
    const row = await world.room.ports.store.read({ name: "look", parties: [boreal.id] }, (tx) =>
      tx.signInProviders.find(boreal.id),
    );
    expect(Buffer.from(row?.sealedSecret ?? []).includes(CLIENT.clientSecret)).toBe(false);
    await call(alba, "DELETE /v1/sign-in-provider");
    expectProblem(await call(alba, "DELETE /v1/sign-in-provider"), "sign-in-provider-missing", /./);
  });
});

const sessionIn = (jar: Jar) => jar.get(world.origin)?.get("__Host-concordat");
