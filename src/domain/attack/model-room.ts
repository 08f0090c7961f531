// A room in memory for attacks on made-up lists: it decides, prices, noises and withholds by the rules of the real room
// and keeps its books as that one does. What differs is where things lie, not what they are.

import type { ContractId } from "../contract/document.ts";
import type { DatasetRef } from "../dataset/schema.ts";
import { DAY_MILLIS, type Days, type UnixMillis, unixMillis } from "../instant.ts";
import type { PartnerId } from "../partner/manifest.ts";
import { type Book, type Charge, chargeFor, type Tariff } from "../privacy/charges.ts";
import type { RandomBytes } from "../privacy/random.ts";
import { isProtectedAs } from "../question/figures.ts";
import { type OverlapAnswer, tellsOfOthers } from "../question/overlap/answer.ts";
import type { Assess } from "./assessing.ts";
import type { CrowdList } from "./crowds.ts";
import { coinAt } from "./deniable.ts";
import type { Door } from "./doors.ts";
import { accountPage, instantsWithin, type Page, spentWithin, write } from "./model-books.ts";
import type { Probe } from "./probe.ts";
import { type Earlier, foreseen, type Ground, type Permitted, release, type Version } from "./releasing.ts";
import type { Rules } from "./rules.ts";
import { isSharedOut } from "./shared-out.ts";
import { type Expected, privacyIn, scaleOf, type Told, toldBy } from "./told.ts";

/** What comes back. */
export type Reply =
  | {
      readonly kind: "answered";
      /** The figures in the order of `toldBy`; null where one is withheld. */
      readonly told: readonly Told[];
      /** The noise on each of them, in what one person changes it by. */
      readonly scale: number;
      /** Whether it is a draw that somebody was told before. */
      readonly isRepeated: boolean;
    }
  | { readonly kind: "refused"; readonly says: string };

/** What was done in the room, in order. */
export type Event =
  | { readonly kind: "uploaded"; readonly list: DatasetRef; readonly says: string }
  | { readonly kind: "asked"; readonly door: Door; readonly probe: Probe; readonly reply: Reply }
  | { readonly kind: "waited"; readonly days: number };

/** The owner's list in both worlds: with the person, and without. */
export type Both = { readonly there: CrowdList; readonly absent: CrowdList };

export type ModelRoom = {
  /** Puts a new version of a list in force. @param says what is on it, for the reader of a report */
  readonly upload: (list: DatasetRef, crowds: CrowdList, says: string) => void;
  readonly ask: (door: Door, probe: Probe) => Reply;
  /** What the figures of an answer would be in either world; nothing where it is denied. No act in the room. */
  readonly foresee: (door: Door, probe: Probe, both: Both) => readonly Expected[];
  readonly wait: (days: Days) => void;
  /** Everything that was done so far. */
  readonly events: () => readonly Event[];
};

type Answered = Extract<Reply, { kind: "answered" }>;
type Release = {
  readonly recipient: PartnerId;
  readonly contract: ContractId;
  readonly reply: Answered;
  readonly figures: object;
};

type State = {
  now: UnixMillis;
  readonly versions: Map<DatasetRef, Version>;
  readonly accounts: Map<string, Page>;
  readonly made: Map<string, Page>;
  readonly earlier: Earlier;
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
    earlier: { exact: [], lists: [], contacts: [] },
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
    foresee: (door, probe, both) => {
      const assessed = furnished.assess(door, probe);
      if (assessed.kind === "denied") return [];
      const groundWith = (crowds: CrowdList) =>
        groundOf(state, door, (list) => (list === door.theirs ? { id: "foreseen", crowds } : versionOf(state, list)));
      return foreseen(furnished.rules, assessed, { absent: groundWith(both.absent), there: groundWith(both.there) });
    },
    wait: (days) => {
      state.now = unixMillis(state.now + days * DAY_MILLIS);
      state.events.push({ kind: "waited", days });
    },
    events: () => state.events,
  };
}

type Asking = { readonly door: Door; readonly probe: Probe };

// The order of the real room: documents, the recorded answer, the ledger, the data.
function answer(state: State, furnished: Furnished, { door, probe }: Asking): Reply {
  const { rules } = furnished;
  const assessed = furnished.assess(door, probe);
  if (assessed.kind === "denied") return { kind: "refused", says: assessed.says };
  const versions = assessed.lists.map((list) => versionOf(state, list).id).join();
  const keys = assessed.digests.map((digest) => `${rules.recordedAs(digest, probe)} ${versions}`);
  const [own = [], ...twins] = keys.map((key) => state.byKey.get(key) ?? []);
  const recorded = own.find(({ recipient }) => recipient === door.recipient);
  if (recorded !== undefined) return { ...recorded.reply, isRepeated: true };
  const given = [...own, ...twins.flat()];
  const drawn = drawnBefore(given, door, assessed);
  if (isSharedOut(state.earlier, assessed))
    return { kind: "refused", says: "an affiliate was given such figures before" };
  const holders = given.filter((one) => one.figures === drawn?.figures).map(({ recipient }) => recipient);
  const charged = assessed.tariffs.map((tariff): Charged => {
    const about = { tariff, analysis: assessed.question.analysis, account: accountOf(rules, door, { tariff, probe }) };
    return { ...about, charge: chargeFor(tariff, bookOf(state, about), holders) };
  });
  const refusals = charged.flatMap(({ charge }) => charge.refusals.map(({ says }) => says));
  if (refusals.length > 0) return { kind: "refused", says: refusals.join("; ") };
  const released = drawn ?? drawnNow(state, furnished, { door, assessed });
  for (const one of charged) enter(state, one);
  const [key = ""] = keys;
  const { recipient, contractId: contract } = door;
  state.byKey.set(key, [...own, { ...released, recipient, contract }]);
  return drawn === undefined ? released.reply : { ...released.reply, isRepeated: true };
}

type Drawn = Pick<Release, "reply" | "figures">;

function drawnNow(
  state: State,
  furnished: Furnished,
  { door, assessed }: { readonly door: Door; readonly assessed: Permitted },
): Drawn {
  const ground = groundOf(state, door, (list) => versionOf(state, list));
  const { figures, entries } = release(furnished, assessed, ground);
  const coin = coinAt(assessed);
  const told = entries ?? toldBy(door.contract, assessed.question, figures);
  // An entry is as sure as its coin: it speaks for or against one person by epsilon.
  const scale = coin === null ? scaleOf(privacyIn(figures)) : 1_000_000 / coin;
  return { figures, reply: { kind: "answered", told, scale, isRepeated: false } };
}

function groundOf({ earlier, now }: State, { recipient }: Door, versions: Ground["versionOf"]): Ground {
  return { recipient, versionOf: versions, earlier, now };
}

// One draw for everybody who is entitled to the figures: one's own of the same draw first, then anybody's.
function drawnBefore(given: readonly Release[], door: Door, assessed: Permitted): Release | undefined {
  const { isList, terms, priced } = assessed;
  if (isList) return undefined;
  const isUsable = ({ contract, recipient, figures }: Release): boolean => {
    const privacy = privacyIn(figures);
    // SAFETY: of figures, exact ones are an overlap's, or a trend's at its end.
    const isTold = privacy.mode === "noise" || tellsOfOthers(figures as OverlapAnswer, recipient);
    return contract === door.contractId && isTold && isProtectedAs(privacy, terms, priced.epsilon);
  };
  const usable = given.filter(isUsable);
  return usable.find(({ recipient }) => recipient === door.recipient) ?? usable[0];
}

function versionOf({ versions }: State, list: DatasetRef): Version {
  const version = versions.get(list);
  if (version === undefined) throw new Error("an attack asks about a list that it did not upload");
  return version;
}

type Account = { readonly tariff: Tariff; readonly analysis: string; readonly account: string };
type Charged = Account & { readonly charge: Charge };

function accountOf(
  rules: Rules,
  { contractId }: Door,
  { tariff, probe }: { readonly tariff: Tariff; readonly probe: Probe },
): string {
  return rules.account(tariff.lineage, contractId, probe);
}

function bookOf(state: State, { tariff, analysis, account }: Account): Book {
  const { accounts, now } = state;
  const { group, periodDays, caps, limits } = tariff;
  const own = group.map((one) => accountPage(accounts, `${account} ${one}`));
  const made = group.map((one) => accountPage(state.made, `${one} ${tariff.lineage} ${analysis}`));
  const everyone = accountPage(accounts, `${account} everyone`);
  return {
    own: own.reduce((sum, page) => sum + spentWithin(page, now, periodDays), 0n),
    all: spentWithin(everyone, now, null),
    recent: limits.renewing === null ? 0n : spentWithin(everyone, now, limits.renewing.days),
    filled: caps.map((cap) => instantsWithin(made, now, cap.periodDays)[cap.count - 1] ?? null),
  };
}

function enter(state: State, { tariff, analysis, account, charge }: Charged): void {
  for (const { recipient, cost } of charge.accounts)
    write(accountPage(state.accounts, `${account} ${recipient}`), state.now, cost);
  write(accountPage(state.made, `${tariff.recipient} ${tariff.lineage} ${analysis}`), state.now, 0n);
}
