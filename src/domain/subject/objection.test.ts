import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concerns, leftOutOf, type Objection, type Scope, scopesOver, type Use } from "./objection.ts";

const AUDIENCE: Use = { analysis: "audience", purpose: "activation", channel: "email", consents: ["marketing"] };
const SUPPRESSION: Use = { ...AUDIENCE, analysis: "suppression" };
const OVERLAP: Use = { analysis: "overlap", purpose: "insight", channel: null, consents: [] };

describe("an objection", () => {
  it.each<readonly [Scope, boolean, boolean, boolean]>([
    [{}, true, true, true],
    [{ purpose: "activation" }, true, true, false],
    [{ purpose: "insight" }, false, false, true],
    [{ channel: "email" }, true, false, false],
    [{ channel: "post" }, false, false, false],
    [{ purpose: "activation", channel: "email" }, true, false, false],
    [{ purpose: "insight", channel: "email" }, false, false, false],
    [{ consent: "marketing" }, true, true, false],
    [{ consent: "profiling" }, false, false, false],
  ])("%j concerns an audience: %s, a suppression list: %s, an overlap: %s", (scope, ...expected) => {
    expect([AUDIENCE, SUPPRESSION, OVERLAP].map((use) => concerns(scope, use))).toEqual(expected);
  });
});

const KEYS = ["a", "b", "c"] as const;
type Key = (typeof KEYS)[number];
const scopes: fc.Arbitrary<Scope> = fc.constantFrom<Scope>({}, { channel: "email" }, { purpose: "insight" });
const histories = fc
  .array(fc.record({ kind: fc.constantFrom("made", "lifted"), scope: scopes, keys: fc.subarray([...KEYS]) }))
  .map((events) => events.map((event, entry) => ({ ...event, entry: entry * 2 }) satisfies Objection<Key>));

/** Whether a person stands under an objection that concerns a use: the last event of each scope counts. */
function slowStands(events: readonly Objection<Key>[], key: Key, use: Use): boolean {
  const about = events.filter(({ scope, keys }) => concerns(scope, use) && keys.includes(key));
  const last = new Map(about.map(({ scope, kind }) => [JSON.stringify(scope), kind]));
  return [...last.values()].includes("made");
}

describe("whoever is left out", () => {
  it("stands under what was last said of each scope, now or as of an answer", () => {
    fc.assert(
      fc.property(histories, fc.nat(20), (events, entry) => {
        const before = events.filter((event) => event.entry <= entry);
        const now = leftOutOf(events, AUDIENCE, { kind: "now" });
        const then = leftOutOf(events, AUDIENCE, { kind: "then", entry });
        expect(KEYS.filter((key) => now.has(key))).toEqual(KEYS.filter((key) => slowStands(events, key, AUDIENCE)));
        expect(KEYS.filter((key) => then.has(key))).toEqual(KEYS.filter((key) => slowStands(before, key, AUDIENCE)));
      }),
    );
  });

  it("never comes back to an answer that was given, whatever is lifted", () => {
    fc.assert(
      fc.property(histories, fc.nat(20), (events, entry) => {
        let last: readonly Key[] = [];
        for (const count of events.keys()) {
          if (count < events.length && (events[count]?.entry ?? 0) <= entry) continue;
          const since = leftOutOf(events.slice(0, count + 1), AUDIENCE, { kind: "since", entry });
          const ever = leftOutOf(events.slice(0, count + 1), AUDIENCE, { kind: "ever" });
          expect(last.filter((key) => !since.has(key))).toEqual([]);
          expect([...since].filter((key) => !ever.has(key))).toEqual([]);
          last = [...since];
        }
      }),
    );
  });

  it("is told what it objects to", () => {
    const made = (scope: Scope, keys: readonly Key[], kind: "made" | "lifted" = "made") =>
      ({ entry: 0, kind, scope, keys }) satisfies Objection<Key>;
    const events = [
      made({ purpose: "insight" }, ["a", "b"]),
      made({ consent: "marketing" }, ["a"]),
      made({}, ["c"]),
      made({ purpose: "insight" }, ["a"], "lifted"),
    ];
    expect(scopesOver(events, new Set(["a"]))).toEqual([{ consent: "marketing" }]);
    expect(scopesOver(events, new Set(["b", "c"]))).toEqual([{ purpose: "insight" }, {}]);
    expect(scopesOver(events, new Set())).toEqual([]);
  });
});
