// Objections of people to what a partner does with their data, and consents that they take back: what each concerns,
// and who stands under which. `README.md` argues it with the law.

import { z } from "zod";
import { canonicalJson } from "../canonical-json.ts";
import { slugSchema } from "../partner/manifest.ts";
import type { Analysis } from "../policy/limits-document.ts";

/** What an objection is to: everything, or a purpose, or a channel, or a purpose through a channel. */
export const objectionScopeSchema = z.strictObject({
  purpose: slugSchema.exactOptional(),
  channel: slugSchema.exactOptional(),
});

/** A consent that is taken back, by the name that the partner's lists have for it. */
export const consentScopeSchema = z.strictObject({ consent: slugSchema });

export const scopeSchema = z.union([consentScopeSchema, objectionScopeSchema]);
export type Scope = z.output<typeof scopeSchema>;

/** The name of a scope: equal for equal scopes. */
function scopeName(scope: Scope): string {
  return canonicalJson(scope);
}

/** What one list of a partner is used for in one question. */
export type Use = {
  readonly analysis: Analysis;
  readonly purpose: string;
  /** Of lists of people alone. */
  readonly channel: string | null;
  /** Consents without which nobody of the list is in the room. */
  readonly consents: readonly string[];
};

/**
 * Whether people who stand under a scope are to be left out of a use. A channel concerns the lists that reach people
 * through it: whoever left a suppression list because of one would be reached.
 */
export function concerns(scope: Scope, { analysis, purpose, channel, consents }: Use): boolean {
  if ("consent" in scope) return consents.includes(scope.consent);
  const isOfPurpose = scope.purpose === undefined || scope.purpose === purpose;
  const isOfChannel = scope.channel === undefined || (scope.channel === channel && analysis !== "suppression");
  return isOfPurpose && isOfChannel;
}

/** One time that people objected or took a consent back, or lifted that again, by whatever names them. */
export type Objection<Key> = {
  /** Index of its entry in the log, by which it stands before or after an answer. */
  readonly entry: number;
  readonly kind: "made" | "lifted";
  readonly scope: Scope;
  readonly keys: readonly Key[];
};

/**
 * - `now`: who stands under an objection after all that happened
 * - `then`: who stood under one when the answer of this entry was given
 * - `since`: who did then or has objected at any time since, so that a list that was given only ever loses people
 * - `ever`: whoever has objected to anything
 */
export type When =
  | { readonly kind: "now" }
  | { readonly kind: "ever" }
  | { readonly kind: "then" | "since"; readonly entry: number };

/**
 * The keys of people who are to be left out of a use.
 * @param objections  a partner's, the oldest first
 */
export function leftOutOf<Key extends string>(
  objections: readonly Objection<Key>[],
  use: Use,
  when: When,
): ReadonlySet<Key> {
  const isMade = ({ kind }: Objection<Key>) => kind === "made";
  if (when.kind === "ever") return new Set(objections.filter(isMade).flatMap(({ keys }) => keys));
  const concerned = objections.filter(({ scope }) => concerns(scope, use));
  if (when.kind === "now") return standing(concerned);
  const { entry: given } = when;
  const before = standing(concerned.filter(({ entry }) => entry <= given));
  if (when.kind === "then") return before;
  const later = concerned.filter((one) => isMade(one) && one.entry > given);
  return new Set([...before, ...later.flatMap(({ keys }) => keys)]);
}

function standing<Key extends string>(objections: readonly Objection<Key>[]): ReadonlySet<Key> {
  const byScope = new Map<string, Set<Key>>();
  for (const { kind, scope, keys } of objections) {
    const name = scopeName(scope);
    const under = byScope.get(name) ?? new Set<Key>();
    byScope.set(name, under);
    for (const key of keys)
      if (kind === "made") under.add(key);
      else under.delete(key);
  }
  return new Set([...byScope.values()].flatMap((under) => [...under]));
}

/** The scopes under which any of these keys stand, each once, in the order of their names. */
export function scopesOver<Key extends string>(
  objections: readonly Objection<Key>[],
  keys: ReadonlySet<Key>,
): readonly Scope[] {
  const scopes = new Map(objections.map(({ scope }) => [scopeName(scope), scope]));
  const isOver = (name: string) => {
    const under = standing(objections.filter(({ scope }) => scopeName(scope) === name));
    return [...under].some((key) => keys.has(key));
  };
  return [...scopes]
    .filter(([name]) => isOver(name))
    .sort(byName)
    .map(([, scope]) => scope);
}

function byName([left]: readonly [string, Scope], [right]: readonly [string, Scope]): number {
  return left < right ? -1 : 1;
}
