// The console over real HTTP, without a browser: who may open what, what a form is believed by, how people stand in the
// log, and that texts of others stay texts.

import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateSigningKey } from "../crypto/jwk.ts";
import { decodeEntry, personCommitment } from "../domain/audit/entry.ts";
import { utf8 } from "../domain/bytes.ts";
import { partnerIdSchema } from "../domain/partner/manifest.ts";
import { ROLES, type Role } from "../domain/person/person.ts";
import { PROBLEMS, type ProblemKind } from "../domain/problem.ts";
import { formFields } from "../testing/console/form-fields.ts";
import { placesOf, ROOM_PLACES } from "../testing/console/places.ts";
import {
  type ConsoleVisitor,
  cookieIn,
  type PageReply,
  sendBytes,
  sendForm,
  sendGet,
  visitorBy,
} from "../testing/console/visitor.ts";
import { type ConsoleWorld, type Invited, invite, openConsoleWorld } from "../testing/console/world.ts";
import { call, expectProblem, type Member } from "../testing/journeys/world.ts";
import { ACCESS, mayOpen, type PlaceName, railOf } from "./access.ts";
import { assetNames } from "./assets.ts";
import { bundleNames } from "./bundle.ts";

const SCRIPT = `<script>alert("x")</script>`;
const IMAGE = `"><img src=x onerror=alert(1)>`;
const PERSON = `Ann <b onclick=alert(2)>'&"`;

let world: ConsoleWorld;
let seats: { readonly invited: Invited; readonly visitor: ConsoleVisitor }[];
beforeAll(async () => {
  world = await openConsoleWorld({ sunline: `Sunline ${SCRIPT}`, harbour: `Harbour ${IMAGE}`, person: PERSON });
  seats = [];
  for (const member of [world.sunline, world.harbour]) {
    for (const role of ROLES) {
      const invited = await invite(member, role, PERSON);
      seats.push({ invited, visitor: await visitorBy(invited) });
    }
  }
  const running = await invite(world.operator, "operator", PERSON);
  seats.push({ invited: running, visitor: await visitorBy(running) });
});
afterAll(async () => {
  await world.room.discard();
});

const seat = (member: Member, role: Role) => {
  const found = seats.find(({ invited }) => invited.member.id === member.id && invited.role === role);
  if (found === undefined) throw new Error("nobody sits there");
  return found.visitor;
};
const PLACES = Object.keys(ACCESS).filter((place) => place !== "POST /console/sign-out") as PlaceName[];

/** A place with its parameters filled in: things of Sunline Holidays, or such as are nowhere. */
function addressed(place: PlaceName): { method: string; path: string } {
  const [method = "", path = ""] = place.split(" ");
  const isOfLists = path.startsWith("/console/audiences");
  const filled = path
    .replace(":release", isOfLists ? world.lists.ready : world.answers.two)
    .replace(":contract", world.contracts.pair)
    .replace(":request", isOfLists ? world.lists.waiting : world.waiting)
    .replace(":partner", world.harbour.id)
    .replace(":person", `per_${"x".repeat(22)}`)
    .replace(":dataset", "customers")
    .replace(":upload", `upl_${"x".repeat(22)}`)
    .replace(":part", "1")
    .replace(":index", "1000000");
  return { method, path: filled };
}

const NOBODY: ConsoleVisitor = {
  ...{ cookie: "", token: "" },
  get: (path) => sendGet(world.origin + path, ""),
  post: (path) => sendForm(world.origin + path, {}, new URLSearchParams()),
};

function sendAs(visitor: ConsoleVisitor, { method, path }: ReturnType<typeof addressed>): Promise<PageReply> {
  if (method === "PUT") return sendBytes(visitor, world.origin + path, { bytes: utf8("id,email\n") });
  return method === "GET" ? visitor.get(path) : visitor.post(path);
}

function expectRefusal(reply: PageReply, kind: ProblemKind, says?: RegExp): void {
  expect([reply.status, reply.text.includes(escaped(PROBLEMS[kind].title.slice(1)))]).toEqual([
    PROBLEMS[kind].status,
    true,
  ]);
  if (says !== undefined) expect(reply.text).toMatch(says);
}
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("'", "&#39;").replaceAll('"', "&quot;");

describe("the table of roles and routes", () => {
  test.each(PLACES)("holds at %s, for every role of two companies and for nobody", async (place) => {
    const { method, path } = addressed(place);
    for (const { invited, visitor } of seats) {
      const reply = await sendAs(visitor, { method, path });
      const isOpen = mayOpen(invited.role, place);
      const isTurnedAway = reply.text.includes(PROBLEMS["not-for-your-role"].title.slice(1));
      expect([invited.member.id, invited.role, isTurnedAway]).toEqual([invited.member.id, invited.role, !isOpen]);
      if (!isOpen) expect(reply.status).toBe(403);
      else expect(reply.status).not.toBe(500);
    }
    expectRefusal(await sendAs(NOBODY, { method, path }), "not-signed-in");
  });

  test("opens nothing of the officer's to a marketer", () => {
    const officers = /^\w+ \/console\/(?:inbox|learned|log|policy|budgets|evidence|rights|retention|keys)(?:\/|$)/;
    const places = PLACES.filter((place) => officers.test(place));
    expect(places.length).toBeGreaterThan(20);
    expect(places.filter((place) => mayOpen("marketer", place))).toEqual([]);
    expect(places.filter((place) => !mayOpen("compliance", place))).toEqual([]);
  });

  test("opens nothing both to whoever runs the room and to a company's people, but the way in and out", () => {
    const places = Object.keys(ACCESS) as PlaceName[];
    const shared = places.filter((place) => mayOpen("operator", place) && ROLES.some((role) => mayOpen(role, place)));
    expect(shared).toEqual(["GET /console", "POST /console/sign-out"]);
  });

  test("shows no role a place in the rail that it may not open, and seven at the most under a heading", async () => {
    for (const { invited, visitor } of seats) {
      const { text } = await visitor.get("/console/contracts");
      const shown = [...text.matchAll(/<li><a href="(\/console\/[a-z]+)"/g)].map((match) => match[1]);
      const rail = railOf(invited.role).map(({ places }) => places);
      expect(shown.slice(0, rail.flat().length)).toEqual(rail.flat().map(({ href }) => href));
      for (const places of rail) expect(places.length).toBeLessThanOrEqual(7);
    }
  });

  test("gives a company nothing of another's: answers, people, entries and requests", async () => {
    const [own, other] = [seat(world.sunline, "admin"), seat(world.harbour, "admin")];
    const person = seats.find(({ invited }) => invited.member.id === world.sunline.id)?.invited.id ?? "";
    expect((await own.get(`/console/answers/${world.answers.two}`)).status).toBe(200);
    expectRefusal(await other.get(`/console/answers/${world.answers.two}`), "not-found");
    expectRefusal(await other.post(`/console/people/${person}/removal`), "not-found");
    expectRefusal(await other.post(`/console/people/${person}/link`), "not-found");
    expect((await own.get("/console/log/4")).status).toBe(200);
    expectRefusal(await other.get("/console/log/4"), "not-found");
    expectRefusal(await other.post(`/console/inbox/${world.waiting}`, { verdict: "approve" }), "approval-not-yours");
    expect((await other.get("/console/people")).text).not.toContain(person);
  });

  test("compares versions of a contract for its members alone, each by each other", async () => {
    const [own, stranger] = [seat(world.harbour, "marketer"), await visitorBy(await invite(world.volt, "admin"))];
    const path = `/console/contracts/${world.amended}/difference`;
    const { text } = await own.get(path);
    expect(text).toMatch(/Less may be learned.*No figure below 60 people.*before: no figure below 40 people/s);
    expect(text).toMatch(/About Harbour .*Less may be learned<\/h3><ul[^>]*>.*may ask for affinities/s);
    expect(text).not.toContain("More may be learned");
    const back = `/console/contracts/${world.contracts.pair}/difference`;
    expect((await own.get(`${back}?against=${world.amended}`)).text).toMatch(/More may be learned.*below 40 people/s);
    expect((await own.get(back)).text).toContain("More may be learned");
    expect((await own.get(`/console/contracts/${world.amended}`)).text).toContain(`href="${path}"`);
    expectRefusal(await stranger.get(path), "not-found");
    expectRefusal(await own.get(`${path}?against=${"0".repeat(64)}`), "not-found");
  });
});

describe("whoever runs the room", () => {
  const fields = {
    name: `Northern ${SCRIPT}`,
    id: "northern-ferries",
    industry: "travel",
    contact: "Nora",
    email: "nora@ferries.example",
  };

  test("brings a company in, gives and ends its code, and sees names as text", async () => {
    const operator = seat(world.operator, "operator");
    const made = await operator.post("/console/room/partners", fields);
    const code = /concordat enrol (northern-ferries\.[\w-]{22}) --url http/.exec(made.text)?.[1];
    expect([made.status, code === undefined]).toEqual([200, false]);
    expect(made.text).not.toMatch(/<script>/);
    const place = "/console/room/partners/northern-ferries";
    expect((await operator.get("/console/room")).text).toContain("enrols until");
    expect((await operator.post(`${place}/code-end`)).headers.get("location")).toBe("/console/room");
    const latest = await world.room.ports.store.read({ name: "read log", parties: [world.operator.id] }, (tx) =>
      tx.log.last("enrolment-ended"),
    );
    expect(latest?.entry).toContain('"northern-ferries"');
    expectRefusal(await operator.post(`${place}/code-end`), "not-found", /no enrolment code/);
    const { key } = generateSigningKey();
    const late = { ...world.operator, id: partnerIdSchema.parse("northern-ferries"), key };
    const first = { jwk: key.publicKey.jwk, code };
    expectProblem(
      await call(late, "POST /v1/partners/northern-ferries/keys", { json: first }),
      "enrolment-code-invalid",
      /./,
    );
    const again = await operator.post(`${place}/code`);
    const next = /concordat enrol (northern-ferries\.[\w-]{22})/.exec(again.text)?.[1];
    const second = { jwk: key.publicKey.jwk, code: next };
    expect((await call(late, "POST /v1/partners/northern-ferries/keys", { json: second })).status).toBe(201);
    expect((await operator.get("/console/room")).text).toContain("in, with 1 key");
    expectRefusal(await operator.post(`${place}/code`), "partner-exists");
  });

  test("keeps what was typed where it is refused, and says which field", async () => {
    const operator = seat(world.operator, "operator");
    const { text } = await operator.post("/console/room/partners", { ...fields, id: "Northern Ferries" });
    expect(text).toContain("Short name: lowercase letters, digits and single dashes");
    expect(text).toContain('value="Northern Ferries"');
    const taken = await operator.post("/console/room/partners", { ...fields, id: world.harbour.id });
    expect(taken.text).toContain("is in the room");
  });

  test("sees how the room does, and nobody's figures, lists or people", async () => {
    const operator = seat(world.operator, "operator");
    const { text } = await operator.get("/console/health");
    expect(text).toMatch(/Sound.*Sealed lists<\/dt><dd>[\d.]+ [kM]B in 5 files/s);
    expect(text).toContain("1 question waiting for people");
    for (const page of [text, (await operator.get("/console/room")).text]) {
      expect(page).not.toMatch(/customers|1,500|gold|Meridian Bank share/);
    }
  });

  test("has a role of its own, which no partner may give, and no other", async () => {
    const person = { json: { name: "Mallory", role: "operator" } };
    expectProblem(await call(world.volt, "POST /v1/people", person), "operator-only", /do not run the room/);
    const marketer = { json: { name: "Mallory", role: "marketer" } };
    expectProblem(await call(world.operator, "POST /v1/people", marketer), "partner-only", /no other/);
    const forged = await seat(world.sunline, "admin").post("/console/people", { name: "Mallory", role: "operator" });
    expectRefusal(forged, "invalid-parameter");
  });
});

describe("a session", () => {
  test("begins once with a link that was looked at first, and has a cookie that nothing else reaches", async () => {
    const { link } = await invite(world.volt, "marketer", "Vera");
    for (const _ of [1, 2]) expect((await sendGet(link, "")).text).toContain("Vera");
    const first = await sendForm(link, { origin: world.origin }, new URLSearchParams());
    expect([first.status, first.headers.get("location")]).toEqual([303, "/console"]);
    expect(first.headers.get("set-cookie")).toMatch(
      /^__Host-concordat=[^;]+; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
    );
    expectRefusal(await sendForm(link, { origin: world.origin }, new URLSearchParams()), "sign-in-link-invalid");
    expectRefusal(await sendGet(link, ""), "sign-in-link-invalid");
    expectRefusal(await sendGet(`${world.origin}/console/sign-in/no-such.code`, ""), "sign-in-link-invalid");
  });

  test("begins from a page of the room alone, so that nobody is signed in as another from elsewhere", async () => {
    const { link } = await invite(world.volt, "marketer");
    for (const origin of ["https://elsewhere.example", "null"]) {
      expectRefusal(await sendForm(link, { origin }, new URLSearchParams()), "form-not-ours");
    }
    expect((await sendForm(link, { origin: world.origin }, new URLSearchParams())).status).toBe(303);
  });

  test("ends when its person signs out or is removed, and a cookie with one letter changed is nobody's", async () => {
    const [first, second] = [await invite(world.volt, "admin"), await invite(world.volt, "marketer")];
    const [admin, marketer] = [await visitorBy(first), await visitorBy(second)];
    const bent = marketer.cookie.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    expectRefusal(await sendGet(`${world.origin}/console/home`, bent), "not-signed-in");
    expect((await marketer.get("/console/home")).status).toBe(200);
    expect((await admin.post(`/console/people/${second.id}/removal`)).status).toBe(303);
    expectRefusal(await marketer.get("/console/home"), "not-signed-in");
    const out = await admin.post("/console/sign-out");
    expect(cookieIn(out.headers)).toBe("__Host-concordat=");
    expectRefusal(await admin.get("/console/people"), "not-signed-in");
  });

  test("believes a form by its origin and its token, each alone too little", async () => {
    const visitor = seat(world.sunline, "admin");
    const fields = { name: "Mallory", role: "admin" };
    const another = seat(world.sunline, "compliance").token;
    for (const bent of [{ origin: "https://elsewhere.example" }, { token: "" }, { token: another }]) {
      expectRefusal(await visitor.post("/console/people", fields, bent), "form-not-ours", /was not sent from http/);
    }
    expect((await visitor.get("/console/people")).text).not.toContain("Mallory");
    const big = { name: "Mallory", role: "admin", more: "x".repeat(300_000) };
    expectRefusal(await visitor.post("/console/people", big), "body-too-large");
  });
});

describe("people in the log", () => {
  test("stand there as commitments that their own company alone can read, and by no name", async () => {
    const visitor = seat(world.sunline, "marketer");
    const { id } = seats.find(({ invited }) => invited.role === "marketer")?.invited ?? { id: "" };
    const given = await visitor.post("/console/explore", { contract: world.contracts.three, purpose: "insight" });
    expect(given.headers.get("location")).toMatch(/^\/console\/answers\/rel_/);
    const rows = await world.room.ports.store.read({ name: "look", parties: [world.harbour.id] }, (tx) =>
      tx.log.entriesBefore(1_000_000, 1),
    );
    const entry = decodeEntry(rows[0]?.entry ?? "");
    if (!entry.ok || !("person" in entry.value.actor)) throw new Error("the last entry names no person");
    expect(entry.value).toMatchObject({ act: "question-permitted", actor: { partner: world.sunline.id } });
    expect(entry.value.actor.person).toBe(personCommitment(entry.value.salt, id));
    expect(rows[0]?.entry).not.toContain(id);
    expect(rows[0]?.entry).not.toContain("Ann");
    expect((await seat(world.sunline, "compliance").get(`/console/log/${entry.value.index}`)).text).toContain(
      `${escaped(PERSON).replaceAll("<", "&lt;").replaceAll(">", "&gt;")}, Sunline`,
    );
    expect((await seat(world.harbour, "compliance").get(`/console/log/${entry.value.index}`)).text).toContain(
      "A person at Sunline",
    );
  });

  test("ask, and another of their company or its key may approve where they may not themselves", async () => {
    const asker = await visitorBy(await invite(world.volt, "admin"));
    const other = await visitorBy(await invite(world.volt, "compliance"));
    const fields = { contract: world.contracts.four, purpose: "insight" };
    expect((await asker.post("/console/explore", fields)).headers.get("location")).toBe("/console/home#waiting");
    const { text } = await asker.get("/console/inbox");
    const inbox = [...text.matchAll(/id="(req_[A-Za-z0-9_-]{22})"/g)].map((match) => match[1] ?? "");
    expect(inbox).toHaveLength(2);
    const ofVolt = inbox.find((one) => one !== world.waiting) ?? "";
    expectRefusal(
      await asker.post(`/console/inbox/${ofVolt}`, { verdict: "approve" }),
      "approval-not-yours",
      /another key or person/,
    );
    expectRefusal(
      await other.post(`/console/inbox/${ofVolt}`, { verdict: "deny" }),
      "invalid-parameter",
      /gives its reason/,
    );
    const approved = await other.post(`/console/inbox/${ofVolt}`, { verdict: "approve" });
    expect((await other.get(approved.headers.get("location") ?? "")).text).toContain("Approved and answered");
  });
});

const isPage = (headers: Headers) => headers.get("content-type") === "text/html; charset=utf-8";

describe("every page", () => {
  test("shows texts of others as text, whatever they are, and is small and strict", async () => {
    const admin = seat(world.sunline, "admin");
    const operator = seat(world.operator, "operator");
    for (const path of [...pagesOf(), ...ROOM_PLACES.map(({ address }) => address)]) {
      const { status, text, headers } = await (isOfRoom(path) ? operator : admin).get(path);
      expect([path, status]).toEqual([path, 200]);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      // What a page's script or a file reads is no page: no browser takes it for one.
      if (!isPage(headers)) expect(headers.get("content-type")).not.toMatch(/html|svg|xml/);
      if (!isPage(headers)) continue;
      expect(text).not.toMatch(/<script>|<img |<b onclick/);
      expect(text.replaceAll(/"[^"]*"/g, "")).not.toMatch(/<[^>]+ (?:style|on[a-z]+)=/);
      expect(Buffer.byteLength(text)).toBeLessThan(60_000);
      expect(headers.get("content-security-policy")).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
          "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      );
      expect(headers.get("cache-control")).toBe("no-store");
    }
    const home = (await admin.get("/console/home")).text;
    expect(home).toContain("Harbour &quot;&gt;&lt;img src=x onerror=alert(1)&gt;");
    expect((await admin.get("/console/explore?contract=<script>&purpose=%22%3E<img&list=<b>")).text).not.toMatch(
      /<script>|<img |<b>/,
    );
  });

  test("comes with less than 60 kB of scripts, and with assets that are kept for good and no others", async () => {
    const { text } = await sendGet(`${world.origin}/console/home`, "");
    const assets = [...text.matchAll(/(?:src|href)="(\/console\/assets\/[^"]+)"/g)].map((match) => match[1] ?? "");
    expect(assets).toHaveLength(4);
    let scripts = 0;
    for (const asset of assets) {
      const reply = await sendGet(world.origin + asset, "");
      expect(reply.headers.get("cache-control")).toContain("immutable");
      if (asset.includes(".js")) scripts += Buffer.byteLength(reply.text);
    }
    expect(scripts).toBeLessThan(60_000);
    expect((await sendGet(`${world.origin}/console/assets/..%2f..%2fmount.ts`, "")).status).toBe(404);
  });

  test("comes from scripts of less than 60 kB compressed, all of them together but the two that hash", async () => {
    // What hashes recognises telephone numbers, by a table of 156 kB.
    const hashing = ["hash-people.js", "list-worker.js"];
    const names = [...assetNames(), ...bundleNames()].filter((name) => name.endsWith(".js"));
    expect(names).toEqual(expect.arrayContaining([...hashing, "htmx.min.js", "lists.js", "verify-log.js"]));
    let sum = 0;
    for (const name of names.filter((one) => !hashing.includes(one))) {
      const reply = await sendGet(`${world.origin}/console/assets/${name}`, "");
      expect([name, reply.status]).toEqual([name, 200]);
      sum += gzipSync(reply.text).length;
    }
    expect(sum).toBeLessThan(60_000);
  });

  test("that was never there is told in the words of the problem documents", async () => {
    expectRefusal(await seat(world.sunline, "marketer").get("/console/nowhere"), "not-found", /no such page/);
    expectRefusal(await seat(world.sunline, "admin").get("/console/contracts/none"), "not-found");
    expectRefusal(await seat(world.sunline, "admin").get("/console/answers/rel_none"), "not-found");
  });
});

describe("an answer", () => {
  test("of an affinity or a trend has its picture, every figure in a table, and its place in the log", async () => {
    const { affinity, trend } = world.answers;
    const [bars, line] = [affinity, trend].map((id) => seat(world.sunline, "admin").get(`/console/answers/${id}`));
    const shown = (await bars)?.text ?? "";
    expect(shown.match(/<rect class="(?:bar|withheld-bar)"/g)).toHaveLength(3);
    expect(shown).toMatch(
      /<th scope="row">something else<\/th><td class="hatched"><span class="withheld">fewer than 40/,
    );
    expect(shown).toMatch(/<a href="\/console\/log\/\d+">log entry/);
    const grown = (await line)?.text ?? "";
    expect([grown.match(/<circle class="dot in"/g)?.length, grown.match(/class="renewed"/g)?.length]).toEqual([2, 1]);
    expect(grown).toContain('<th scope="row">New versions</th><td>none</td><td>Meridian Bank</td>');
    expect(grown.match(/<th scope="row">[^<]+ (?:alone|and [^<]+)<\/th>/g)).toHaveLength(7);
  });
});

describe("what others learnt", () => {
  test("stands there by recipient and contract, without their figures, and nothing of one's own asking", async () => {
    const officer = seat(world.harbour, "compliance");
    const all = (await officer.get("/console/learned")).text;
    expect(all).toContain("Cross-tabs told");
    expect(all).toMatch(/<td class="number" data-label="Budget">2<\/td>/);
    const paired = (
      await officer.get(`/console/learned?recipient=${world.sunline.id}&contract=${world.contracts.pair}`)
    ).text;
    expect(paired.match(/figures told|Cross-tabs told/g)).toHaveLength(2);
    expect(
      (await officer.get(`/console/learned?recipient=${world.volt.id}&contract=${world.contracts.pair}`)).text,
    ).toContain("Nobody has been told");
    expect(
      (await seat(world.sunline, "compliance").get(`/console/learned?recipient=${world.harbour.id}`)).text.match(
        /Overlap figures told/g,
      ),
    ).toHaveLength(1);
  });
});

describe("figures", () => {
  // What stands on a page, without its tags and what only machines read; spaces of every width read alike.
  const told = async (path: string, language: string) => {
    const { cookie } = seat(world.sunline, "admin");
    const { text, headers } = await sendGet(world.origin + path, cookie, language);
    return (isPage(headers) ? text : "")
      .replaceAll(/<(?:input|textarea)[^>]*>[^<]*|<[^>]+>/g, "|")
      .replaceAll(/[\u00a0\u202f]/g, " ");
  };

  test.each([
    ["de-DE", "1.500", "1.000", "31.12.2099"],
    ["fr-FR", "1 500", "1 000", "31 déc. 2099"],
    ["en-US", "1,500", "1,000", "Dec 31, 2099"],
    ["hi-IN", "1,500", "1,000", "31"],
  ])(
    "are set as a reader of %s reads them: tables, pictures, sentences and dates",
    async (language, people, most, until) => {
      expect(await told("/console/lists", language)).toContain(`|${people}|`);
      const contract = await told(`/console/contracts/${world.contracts.four}`, language);
      expect(contract).toContain(`at most ${most}; it can be collected`);
      expect(contract).toContain(`In force until ${until}`);
      const picture = await told(`/console/answers/${world.answers.two}`, language);
      const drawn = [...picture.matchAll(/\|(1[., ]\d{3})\|/g)].map(([, figure]) => figure?.charAt(1));
      expect([...new Set(drawn)]).toEqual([people.charAt(1)]);
    },
  );

  test("of another notation stand on no page of such a reader, and fields keep what machines read", async () => {
    // What a file or a field is written in, the entry as it stands and the notes of the form, is for machines.
    const isForMachines = /\/contracts\/new|\/log\/\d/;
    const others = [`/console/policy?version=1`, `/console/contracts/${world.amended}/difference`];
    for (const path of [...pagesOf(), ...others]) {
      const page = await told(path, "de-DE");
      const odd = /\d,\d{3}\b|\d\.\d+ %|\b0\.\d|\b\d{1,2} (?:Jan|Nov|Dec) 20/.exec(page);
      expect([path, odd?.[0]]).toEqual([path, undefined]);
      const day = isForMachines.test(path) ? null : /\b\d{4}-\d{2}-\d{2}\b/.exec(page);
      expect([path, day?.[0]]).toEqual([path, undefined]);
    }
    const { cookie } = seat(world.sunline, "admin");
    const form = (await sendGet(`${world.origin}/console/contracts/new`, cookie, "de-DE")).text;
    expect(formFields(form, "contract-form").get("terms.maximumAudience")).toBe("1000");
  });
});

const isOfRoom = (path: string) => ROOM_PLACES.some(({ address }) => address === path);

// What a page's script reads, or where one is led on: no page.
const NO_PAGES: readonly PlaceName[] = [
  "GET /console",
  "GET /console/uploads/:upload",
  "GET /console/log/events",
  "GET /console/log/verify/room",
  "GET /console/log/verify/entries",
  "GET /console/log/verify/leaves",
];

function pagesOf(): string[] {
  const { contracts, lists } = world;
  const gets = PLACES.filter((place) => place.startsWith("GET ") && !place.includes(":") && mayOpen("admin", place));
  const looked = placesOf(world, world.sunline).map(({ address }) => address);
  return [
    ...new Set([
      ...gets.filter((place) => place !== "GET /console").map((place) => place.slice(4)),
      ...looked.filter((address) => address !== "/console/nowhere"),
      `/console/contracts/${contracts.four}`,
      `/console/audiences?state=waiting`,
      `/console/audiences/requests/${lists.waiting}`,
      "/console/log/33",
    ]),
  ];
}

test("the pages that are looked at, measured and held against axe are all that there are", () => {
  const shown = [...placesOf(world, world.sunline), ...ROOM_PLACES].map(({ address }) => address.replace(/\?.*/, ""));
  const pages = PLACES.filter((place) => place.startsWith("GET ") && !NO_PAGES.includes(place));
  const unseen = pages.filter((place) => {
    const pattern = new RegExp(`^${place.slice(4).replaceAll(/:[a-z]+/g, "[^/]+")}$`);
    return !shown.some((path) => pattern.test(path));
  });
  expect(unseen).toEqual([]);
});
