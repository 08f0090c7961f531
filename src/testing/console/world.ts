// A room for the console: four companies with lists that overlap, contracts between two, three and four of them,
// answers that were given, and one question that waits.

import { z } from "zod";
import { generateSigningKey } from "../../crypto/jwk.ts";
import { OPERATOR, partnerIdSchema } from "../../domain/partner/manifest.ts";
import type { Role } from "../../domain/person/person.ts";
import { requestSchema } from "../../wire/api/approval.ts";
import { contractReplySchema } from "../../wire/api/contract.ts";
import { enrolmentSchema, keySchema } from "../../wire/api/partner.ts";
import { invitationSchema } from "../../wire/api/person.ts";
import { csvOf, people } from "../journeys/lists.ts";
import {
  agree,
  ask,
  audienceOf,
  call,
  contractJson,
  declare,
  type Member,
  manifestOf,
  overlapOf,
  policyJson,
  putPolicy,
  read,
  upload,
  WIDE_LIMITS,
} from "../journeys/world.ts";
import { startTestRoom, type TestRoom } from "../room.ts";

/** What a test calls its companies and people: texts that no page may take for markup among them. */
export type Names = { readonly sunline: string; readonly harbour: string; readonly person: string };

export const PLAIN_NAMES: Names = { sunline: "Sunline Holidays", harbour: "Harbour Yachts", person: "Ada Lindqvist" };

/** Somebody with a sign-in link that has not been used. */
export type Invited = { readonly member: Member; readonly role: Role; readonly id: string; readonly link: string };

export type ConsoleWorld = {
  readonly room: TestRoom;
  readonly origin: string;
  readonly operator: Member;
  readonly sunline: Member;
  readonly harbour: Member;
  readonly meridian: Member;
  readonly volt: Member;
  readonly contracts: { readonly pair: string; readonly three: string; readonly four: string };
  /** A second version of the contract of the pair, which nobody has signed. */
  readonly amended: string;
  /** Answers of Sunline Holidays: overlaps of two to four, a cross-tab, an affinity, a trend of two versions. */
  readonly answers: {
    readonly two: string;
    readonly three: string;
    readonly four: string;
    readonly crosstab: string;
    readonly affinity: string;
    readonly trend: string;
  };
  /** A question of Sunline Holidays that waits for Volt Electronics. */
  readonly waiting: string;
  /** Lists of Sunline Holidays: one that it may download, one that was withheld, and one that waits for the owner. */
  readonly lists: { readonly ready: string; readonly withheld: string; readonly waiting: string };
};

const LIMITS = {
  ...WIDE_LIMITS,
  k: 40,
  minimumAudience: 40,
  budget: { perRelease: "2", perRecipient: "400", lineage: "900", delta: "1e-7", period: "P90D" },
  requestsPerPeriod: [
    { analysis: "overlap", count: 20, period: "P30D" },
    { analysis: "crosstab", count: 20, period: "P30D" },
    { analysis: "affinity", count: 20, period: "P30D" },
    { analysis: "trend", count: 20, period: "P30D" },
    { analysis: "audience", count: 20, period: "P30D" },
    { analysis: "suppression", count: 20, period: "P30D" },
  ],
};

function companies({ sunline, harbour }: Names) {
  const some = { further: 0, approval: [] };
  return [
    { ...some, id: "sunline-holidays", name: sunline, industry: "travel", from: 0, to: 1_500 },
    { ...some, id: "harbour-yachts", name: harbour, industry: "marine", from: 900, to: 1_800, approval: ["audience"] },
    { ...some, id: "meridian-bank", name: "Meridian Bank", industry: "banking", from: 1_340, to: 2_500, further: 900 },
    { ...VOLT, from: 1_480, to: 2_000, further: 300, approval: ["overlap"] },
  ];
}

const VOLT = { id: "volt-electronics", name: "Volt Electronics", industry: "travel" };

/** Opens the room and lets its companies act, by signed calls alone. Takes some seconds. */
export async function openConsoleWorld(names: Names = PLAIN_NAMES): Promise<ConsoleWorld> {
  const room = await startTestRoom();
  const origin = room.publicOrigin;
  const operator = { origin, id: OPERATOR, key: room.operatorKey };
  const members: Member[] = [];
  for (const { id, name, industry, from, to, further, approval } of companies(names)) {
    const member = await bringNamed(operator, { id, name, industry });
    await putPolicy(member, policyOf(id, approval));
    await declare(member);
    await upload(member, csvOf([...people(from, to), ...everyFifth(further)], id.slice(0, 1)));
    members.push(member);
  }
  const [sunline, harbour, meridian, volt] = members;
  if (sunline === undefined || harbour === undefined || meridian === undefined || volt === undefined) {
    throw new Error("four companies are brought in");
  }
  const contracts = {
    pair: await agree([sunline, harbour], contractOf("summer-campaign", [sunline, harbour])),
    three: await agree([sunline, harbour, meridian], contractOf("coast-and-credit", [sunline, harbour, meridian])),
    four: await agree(members, contractOf("four-houses", members)),
  };
  const answers = {
    two: (await ask(sunline, overlapOf(contracts.pair, [sunline, harbour]))).id,
    three: (await ask(sunline, overlapOf(contracts.three, [sunline, harbour, meridian]))).id,
    crosstab: (await ask(sunline, crosstabOf(contracts.pair, sunline, harbour))).id,
  };
  await ask(harbour, overlapOf(contracts.pair, [sunline, harbour]));
  await call(sunline, "POST /v1/questions", {
    json: overlapOf(contracts.pair, [sunline, harbour], { purpose: "activation" }),
  });
  const held = await call(sunline, "POST /v1/questions", { json: overlapOf(contracts.four, members) });
  const lists = await askForLists(contracts.three, { sunline, harbour, meridian });
  const more = await laterAnswers(contracts.three, { sunline, harbour, meridian });
  const amended = await amend(contracts.pair, [sunline, harbour]);
  const four = await askOfFour(contracts.four, members, volt);
  return {
    room,
    origin,
    operator,
    sunline,
    harbour,
    meridian,
    volt,
    contracts,
    answers: { ...answers, ...more, four },
    waiting: read(requestSchema, held).id,
    lists,
    amended,
  };
}

// An overlap of everybody but silver customers, which Volt Electronics lets out.
async function askOfFour(contract: string, members: readonly Member[], approver: Member): Promise<string> {
  const among = { dataset: `${members[0]?.id}/customers`, attribute: "tier", in: ["gold", "bronze"] };
  const held = await call(members[0] ?? approver, "POST /v1/questions", {
    json: overlapOf(contract, members, { where: [among] }),
  });
  const path = `/v1/approvals/${read(requestSchema, held).id}` as const;
  const { state } = read(requestSchema, await call(approver, `POST ${path}`, { json: { verdict: "approve" } }));
  if (state.kind !== "released" || state.release === undefined) throw new Error("the question of four is answered");
  return state.release;
}

// More people behind a figure, no affinities, and suppression lists for one of the two alone.
async function amend(previous: string, members: readonly Member[]): Promise<string> {
  const [first] = members;
  if (first === undefined) throw new Error("a contract has members");
  const before = contractOf("summer-campaign", members);
  const { analyses } = z.looseObject({ analyses: z.array(z.looseObject({ analysis: z.string() })) }).parse(before);
  const kept = analyses.filter(({ analysis }) => analysis !== "affinity");
  const narrowed = kept.map((one) => (one.analysis === "suppression" ? { ...one, recipients: [first.id] } : one));
  const json = {
    ...before,
    version: 2,
    previous,
    terms: { ...LIMITS, k: 60, minimumAudience: 60 },
    analyses: narrowed,
  };
  return read(contractReplySchema, await call(first, "POST /v1/contracts", { json })).id;
}

type Askers = Pick<ConsoleWorld, "sunline" | "harbour" | "meridian">;

// What is asked once the bank has brought a newer list: the trend has two points then.
async function laterAnswers(contract: string, { sunline, harbour, meridian }: Askers) {
  const segments = { dataset: `${meridian.id}/customers`, attribute: "region" };
  const among = `${sunline.id}/customers`;
  const affinity = await ask(sunline, { analysis: "affinity", contract, purpose: "insight", among, segments });
  await upload(meridian, csvOf([...people(1_280, 2_500), ...everyFifth(900)], "m"));
  const overlap = overlapOf(contract, [sunline, harbour, meridian]);
  const trend = await ask(sunline, { ...overlap, analysis: "trend" });
  return { affinity: affinity.id, trend: trend.id };
}

// Few people of one tier are on both lists, so that list of them is withheld.
async function askForLists(contract: string, { sunline, harbour, meridian }: Askers): Promise<ConsoleWorld["lists"]> {
  const few = [
    { dataset: `${sunline.id}/customers`, attribute: "tier", in: ["gold"] },
    { dataset: `${meridian.id}/customers`, attribute: "tier", in: ["bronze"] },
  ];
  const ready = await ask(sunline, audienceOf(contract, [sunline, meridian]));
  const withheld = await ask(sunline, audienceOf(contract, [sunline, meridian], { where: few }));
  const held = await call(sunline, "POST /v1/questions", { json: audienceOf(contract, [sunline, harbour]) });
  return { ready: ready.id, withheld: withheld.id, waiting: read(requestSchema, held).id };
}

// Every fifth person below a number, so that lists meet in more than one place.
function everyFifth(below: number) {
  return people(0, below).filter(({ person }) => person % 5 === 0);
}

/** Lets somebody of a company into the console. */
export async function invite(member: Member, role: Role, name = "Ada Lindqvist"): Promise<Invited> {
  const { person, link } = read(invitationSchema, await call(member, "POST /v1/people", { json: { name, role } }));
  return { member, role, id: person.id, link: member.origin + link };
}

async function bringNamed(
  operator: Member,
  { id, name, industry }: { readonly id: string; readonly name: string; readonly industry: string },
): Promise<Member> {
  const json = { ...manifestOf(id, industry), name };
  const { code } = read(enrolmentSchema, await call(operator, "POST /v1/partners", { json }));
  const { key } = generateSigningKey();
  const member = { origin: operator.origin, id: partnerIdSchema.parse(id), key };
  const first = { jwk: key.publicKey.jwk, code };
  read(keySchema, await call(member, `POST /v1/partners/${id}/keys`, { json: first }));
  return member;
}

// The tier may choose and group people, the region may group them and no more: one menu is shut by a policy. Of figures
// none may be asked for activation, so one question is denied; lists may be asked for nothing else.
export function policyOf(partner: string, approval: readonly string[], k = LIMITS.k) {
  return policyJson(
    partner,
    { ...LIMITS, k, minimumAudience: k, approval },
    {
      grants: [
        {
          id: "campaigns",
          to: [{ industry: "travel" }, { industry: "marine" }, { industry: "banking" }],
          purposes: ["insight"],
          analyses: ["overlap", "crosstab", "affinity", "trend"],
          attributes: { tier: ["filter", "group"], region: ["group"] },
          channels: [],
          terms: {},
        },
        {
          id: "lists",
          to: [{ industry: "travel" }, { industry: "marine" }, { industry: "banking" }],
          purposes: ["activation"],
          analyses: ["audience", "suppression"],
          attributes: { tier: ["filter"] },
          channels: ["email"],
          terms: {},
        },
      ],
    },
  );
}

function contractOf(name: string, members: readonly Member[]) {
  const ids = members.map(({ id }) => id);
  const ways = { purposes: ["insight", "activation"], recipients: ids, identifiers: ["email"], channels: [] };
  return contractJson(members, {
    name,
    approvalWithin: "P14D",
    terms: LIMITS,
    analyses: [
      { analysis: "overlap", ...ways },
      { analysis: "crosstab", ...ways },
      { analysis: "affinity", ...ways },
      { analysis: "trend", ...ways },
      { analysis: "audience", ...ways, purposes: ["activation"], channels: ["email"] },
      { analysis: "suppression", ...ways, purposes: ["activation"], channels: ["email"] },
    ],
  });
}

function crosstabOf(contract: string, own: Member, other: Member) {
  const between = [`${own.id}/customers`, `${other.id}/customers`];
  const by = [
    { dataset: `${own.id}/customers`, attribute: "tier" },
    { dataset: `${other.id}/customers`, attribute: "region" },
  ];
  return { analysis: "crosstab", contract, purpose: "insight", between, by };
}
