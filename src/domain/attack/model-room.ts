// A room in memory for attacks on made-up lists: it decides, prices, noises and withholds by the rules of the real room
// and keeps its books as that one does. What differs is where things lie, not what they are.

import type { ContractId } from "../contract/document.ts";
import type { DatasetRef } from "../dataset/schema.ts";
import { DAY_MILLIS, type Days, type UnixMillis, unixMillis } from "../instant.ts";
import type { PartnerId } from "../partner/manifest.ts";
import type { Terms } from "../policy/terms.ts";
import { type Book, type Charge, chargeFor, type Tariff } from "../privacy/charges.ts";
import { type Cell, comparisonsOf, type ExactAsking, isTooNear } from "../privacy/differencing.ts";
import type { RandomBytes } from "../privacy/random.ts";
import { answerAudience } from "../question/audience/answer.ts";
import { isProtectedAs, type PrivacyNote, type ShownFigure } from "../question/figures.ts";
import { answerOverlap, asIfAlone } from "../question/overlap/answer.ts";
import type { OverlapQuestion } from "../question/overlap/question.ts";
import type { Question } from "../question/question.ts";
import type { Assess, Assessed } from "./assessing.ts";
import { type CrowdList, chosenFrom, countsOf, distanceOf, peopleOn, sharedBy } from "./crowds.ts";
import type { Door, Probe } from "./doors.ts";
import { accountPage, instantsWithin, type Page, spentWithin, write } from "./model-books.ts";

/** The rules that a room plays by. Another set of them is a broken room, for attacks to be tried on. */
export type Rules = {
  readonly overlap: typeof answerOverlap;
  readonly audience: typeof answerAudience;
  /** Where the noise of an answer comes from. */
  readonly noise: (random: RandomBytes, question: Question) => RandomBytes;
  /** In whose account an answer about a list stands. */
  readonly account: (lineage: DatasetRef, contract: ContractId) => string;
};

/** The rules of the real room. */
export const ROOM_RULES: Rules = {
  overlap: answerOverlap,
  audience: answerAudience,
  noise: (random) => random,
  account: (lineage) => lineage,
};

/** What comes back; a figure is null where it is withheld. */
export type Reply =
  | {
      readonly kind: "answered";
      /** People on both lists. */
      readonly shared: number | null;
      /** People on the owner's list, where the analysis tells that. */
      readonly theirs: number | null;
      readonly isRepeated: boolean;
    }
  | { readonly kind: "refused"; readonly says: string };

/** What was done in the room, in order. */
export type Event =
  | { readonly kind: "uploaded"; readonly list: DatasetRef; readonly says: string }
  | { readonly kind: "asked"; readonly door: Door; readonly probe: Probe; readonly reply: Reply }
  | { readonly kind: "waited"; readonly days: number };

export type ModelRoom = {
  /** Puts a new version of a list in force. @param says what is on it, for the reader of a report */
  readonly upload: (list: DatasetRef, crowds: CrowdList, says: string) => void;
  readonly ask: (door: Door, probe: Probe) => Reply;
  readonly wait: (days: Days) => void;
  /** Everything that was done so far. */
  readonly events: () => readonly Event[];
};

type Version = { readonly id: string; readonly crowds: CrowdList };
type Release = {
  readonly recipient: PartnerId;
  readonly contract: ContractId;
  readonly lineage: DatasetRef;
  readonly reply: Extract<Reply, { kind: "answered" }>;
  readonly privacy: PrivacyNote;
  /** Whom an audience names; null where none left. */
  readonly named: CrowdList | null;
};

type Sides = { readonly own: CrowdList; readonly theirs: CrowdList };
type ExactGiven = { readonly recipient: PartnerId; readonly asking: ExactAsking; readonly sides: Sides };

type State = {
  now: UnixMillis;
  readonly versions: Map<DatasetRef, Version>;
  readonly accounts: Map<string, Page>;
  readonly made: Map<string, Page>;
  /** Exact figures that were given, and the people behind them. */
  readonly exact: ExactGiven[];
  /** Lists that were given. */
  readonly lists: Release[];
  /** Releases of one question on the same versions. */
  readonly byKey: Map<string, Release[]>;
  readonly events: Event[];
};
type Furnished = {
  readonly assess: Assess;
  readonly rules: Rules;
  readonly random: RandomBytes;
  readonly opens: UnixMillis;
};

/** An empty room. Its noise comes from `random`, its clock stands at `opens` until somebody waits. */
export function openModelRoom(furnished: Furnished): ModelRoom {
  const state: State = {
    now: furnished.opens,
    versions: new Map(),
    accounts: new Map(),
    made: new Map(),
    exact: [],
    lists: [],
    byKey: new Map(),
    events: [],
  };
  return {
    upload: (list, crowds, says) => {
      state.versions.set(list, { id: `v${state.events.length}`, crowds });
      state.events.push({ kind: "uploaded", list, says });
    },
    ask: (door, probe) => {
      const reply = answer(state, furnished, { door, probe });
      state.events.push({ kind: "asked", door, probe, reply });
      return reply;
    },
    wait: (days) => {
      state.now = unixMillis(state.now + days * DAY_MILLIS);
      state.events.push({ kind: "waited", days });
    },
    events: () => state.events,
  };
}

type Asking = { readonly door: Door; readonly probe: Probe };
type Permitted = Extract<Assessed, { kind: "permitted" }>;

// The order of the real room: documents, the recorded answer, the ledger, the data.
function answer(state: State, furnished: Furnished, { door, probe }: Asking): Reply {
  const assessed = furnished.assess(door, probe);
  if (assessed.kind === "denied") return { kind: "refused", says: assessed.says };
  const key = [assessed.digest, versionOf(state, door.own).id, versionOf(state, door.theirs).id].join(" ");
  const known = state.byKey.get(key);
  const given = known === undefined ? [] : known;
  const recorded = given.find((release) => release.recipient === door.recipient);
  if (recorded !== undefined) return { ...recorded.reply, isRepeated: true };
  const drawn = drawnBefore(given, door, assessed);
  const holders = drawn === undefined ? [] : given.filter((one) => one.reply.shared === drawn.reply.shared);
  const book = bookOf(state, furnished.rules, { door, tariff: assessed.tariff });
  const charge = chargeFor(
    assessed.tariff,
    book,
    holders.map(({ recipient }) => recipient),
  );
  if (charge.refusals.length > 0) return { kind: "refused", says: charge.refusals.map(({ says }) => says).join("; ") };
  const released = drawn ?? release(state, furnished, { door, assessed });
  enter(state, furnished.rules, { door, charge });
  const added = { ...released, ...placeOf(door) };
  if (added.named !== null) state.lists.push(added);
  state.byKey.set(key, [...given, added]);
  return released.reply;
}

function placeOf({ recipient, contractId, theirs }: Door) {
  return { recipient, contract: contractId, lineage: theirs };
}

// One draw for everybody who is entitled to the figures.
function drawnBefore(given: readonly Release[], door: Door, { terms, tariff }: Permitted): Release | undefined {
  if (door.analysis !== "overlap") return undefined;
  const tells = ({ privacy, reply }: Release): boolean =>
    privacy.mode === "noise" || reply.shared !== null || reply.theirs !== null;
  return given.find(
    (one) => one.contract === door.contractId && tells(one) && isProtectedAs(one.privacy, terms, tariff.price),
  );
}

function versionOf({ versions }: State, list: DatasetRef): Version {
  const version = versions.get(list);
  if (version === undefined) throw new Error("an attack asks about a list that it did not upload");
  return version;
}

function bookOf(state: State, rules: Rules, { door, tariff }: { door: Door; tariff: Tariff }): Book {
  const { accounts, now } = state;
  const made = accountPage(state.made, madeName(door));
  return {
    own: spentWithin(accountPage(accounts, accountName(rules, door, door.recipient)), now, tariff.periodDays),
    all: spentWithin(accountPage(accounts, accountName(rules, door, "everyone")), now, null),
    made: tariff.caps.map(({ periodDays }) => instantsWithin(made, now, periodDays)),
  };
}

function enter(state: State, rules: Rules, { door, charge }: { door: Door; charge: Charge }): void {
  for (const { recipient, cost } of charge.accounts)
    write(accountPage(state.accounts, accountName(rules, door, recipient)), state.now, cost);
  write(accountPage(state.made, madeName(door)), state.now, 0n);
}

function accountName(rules: Rules, { theirs, contractId }: Door, recipient: string): string {
  return `${rules.account(theirs, contractId)} ${recipient}`;
}

function madeName({ recipient, theirs, analysis }: Door): string {
  return `${recipient} ${theirs} ${analysis}`;
}

type Released = Pick<Release, "reply" | "privacy" | "named">;

type Releasing = { readonly door: Door; readonly assessed: Permitted };

function release(state: State, furnished: Furnished, releasing: Releasing): Released {
  const { door, assessed } = releasing;
  const sides: Sides = {
    own: chosenFrom(versionOf(state, door.own).crowds, clausesOn(assessed.question, door.own)),
    theirs: chosenFrom(versionOf(state, door.theirs).crowds, clausesOn(assessed.question, door.theirs)),
  };
  if (door.analysis === "overlap") return releaseFigures(state, furnished, { ...releasing, sides });
  const named = sharedBy(sides.own, sides.theirs);
  return releaseList(furnished, releasing, { named, nearest: nearestOf(state, door, named) });
}

function releaseFigures(
  state: State,
  { rules, random }: Furnished,
  { door, assessed, sides }: Releasing & { readonly sides: Sides },
): Released {
  const { question, terms, tariff } = assessed;
  if (question.analysis !== "overlap") throw new Error("the figures are of another analysis than the question");
  const { own, theirs } = sides;
  const [left, right] = question.between[0] === door.own ? [own, theirs] : [theirs, own];
  const truth = countsOf(left, right, question.identifiers.length);
  const given = { recipient: door.recipient, asking: exactAsking(state, door, { question, terms }), sides };
  const isNear = terms.mode === "exact" && isNearEarlier(state, given, terms.k);
  const counts = isNear ? asIfAlone(question, door.recipient, truth) : truth;
  const asked = { question, terms, epsilon: tariff.price };
  const { sizes, regions, privacy } = rules.overlap(asked, counts, rules.noise(random, question));
  const size = sizes.find(({ dataset }) => dataset === door.theirs);
  const shared = regions.find(({ members }) => members.length === 2);
  if (size === undefined || shared === undefined) throw new Error("an overlap shows sizes and regions");
  const reply = { kind: "answered", shared: figureIn(shared), theirs: figureIn(size), isRepeated: false } as const;
  if (privacy.mode === "exact" && (reply.shared !== null || reply.theirs !== null)) state.exact.push(given);
  return { reply, privacy, named: null };
}

function exactAsking(
  state: State,
  { own, theirs }: Door,
  { question, terms }: { readonly question: OverlapQuestion; readonly terms: Terms },
): ExactAsking {
  const versions = Object.fromEntries([own, theirs].map((list) => [list, versionOf(state, list).id]));
  return { question, versions, consents: terms.consents };
}

function isNearEarlier({ exact }: State, asked: ExactGiven, k: number): boolean {
  return exact
    .filter(({ recipient }) => recipient === asked.recipient)
    .some((given) => {
      const comparisons = comparisonsOf(asked.asking, given.asking, asked.recipient);
      if (comparisons === null) return true;
      return comparisons.some((one) =>
        isTooNear(distanceOf(peopleIn(asked, one.asked), peopleIn(given, one.given)), k),
      );
    });
}

function peopleIn({ sides }: ExactGiven, { sharedWith }: Cell): CrowdList {
  return sharedWith === null ? sides.theirs : sharedBy(sides.theirs, sides.own);
}

function releaseList(
  { rules, random }: Furnished,
  { assessed: { question, terms, tariff } }: Releasing,
  { named, nearest }: { readonly named: CrowdList; readonly nearest: number | null },
): Released {
  const size = peopleOn(named);
  const counts = { size, nearest: size > terms.maximumAudience ? null : nearest };
  const asked = { terms, epsilon: tariff.price };
  const { outcome, answer } = rules.audience(asked, counts, rules.noise(random, question));
  const reply = { kind: "answered", shared: figureIn(answer.size), theirs: null, isRepeated: false } as const;
  return { reply, privacy: answer.privacy, named: outcome === "released" ? named : null };
}

function clausesOn({ where }: Question, list: DatasetRef) {
  return where.filter(({ dataset }) => dataset === list);
}

function nearestOf({ lists }: State, door: Door, named: CrowdList): number | null {
  const earlier = lists.flatMap((one) =>
    one.recipient === door.recipient && one.lineage === door.theirs && one.named !== null ? [one.named] : [],
  );
  return earlier.length === 0 ? null : Math.min(...earlier.map((one) => distanceOf(one, named)));
}

function figureIn(figure: ShownFigure): number | null {
  return "released" in figure ? figure.released : null;
}
