// Whom of a list the matcher in memory finds by tokens, and what it holds of them.

import { type DatasetSchema, IDENTIFIER_KINDS } from "../../domain/dataset/schema.ts";
import { tokenNameOf } from "../../domain/identifier/token-kernel.ts";
import type { Holders, NamedToken } from "../../ports/matcher.ts";
import type { StoredRow } from "../../ports/stored-row.ts";
import type { Person } from "./memory-people.ts";
import { measureNames } from "./memory-reader.ts";
import { NO_MEASURE } from "./rank.ts";

type Listed = { readonly schema: DatasetSchema; readonly people: readonly Person[] };

/** Those who have any of these tokens, with all that is theirs. */
export function holdersAmong({ people, schema }: Listed, wanted: readonly NamedToken[]): Holders {
  const tokensOf = (one: Person) => heldBy(schema, one);
  const isWanted = among(wanted);
  const found = people.filter((one) => tokensOf(one).some(isWanted));
  const records = new Set(found.flatMap(({ rows }) => rows.map(({ record }) => record)));
  const tokens = new Map(found.flatMap(tokensOf).map((one) => [`${one.name} ${one.token}`, one]));
  return { people: found.length, records: [...records], tokens: [...tokens.values()] };
}

/** What stands in the list of those who have any of these tokens. */
export function storedOf({ people, schema }: Listed, wanted: readonly NamedToken[]): StoredRow[] {
  const isWanted = among(wanted);
  const found = people.filter((one) => heldBy(schema, one).some(isWanted));
  return found.flatMap(({ rows }) => {
    const bits = rows.reduce((all, { consents }) => all & consents, -1);
    return rows.map(({ record, codes, measures }) => ({
      record,
      attributes: Object.fromEntries(
        Object.entries(schema.attributes).flatMap(([name, { values }], at) => {
          const value = values[(codes[at] ?? 0) - 1];
          return value === undefined ? [] : [[name, value] as const];
        }),
      ),
      measures: Object.fromEntries(
        measureNames(schema).flatMap((name, at) => {
          const value = measures[at] ?? NO_MEASURE;
          return value === NO_MEASURE ? [] : [[name, value] as const];
        }),
      ),
      consents: Object.keys(schema.consents).filter((_, bit) => ((bits >> bit) & 1) === 1),
    }));
  });
}

/** Tells whether somebody has none of these tokens. */
export function isWithout(schema: DatasetSchema, tokens: readonly NamedToken[]): (one: Person) => boolean {
  if (tokens.length === 0) return () => true;
  const isNamed = among(tokens);
  return (one) => !heldBy(schema, one).some(isNamed);
}

function heldBy(schema: DatasetSchema, { rows }: Person): NamedToken[] {
  return rows.flatMap(({ tokens }) =>
    IDENTIFIER_KINDS.flatMap((kind, place) => {
      const token = tokens[place];
      return token === null || token === undefined ? [] : [{ name: tokenNameOf(schema, kind), token }];
    }),
  );
}

function among(wanted: readonly NamedToken[]): (held: NamedToken) => boolean {
  const names = new Set(wanted.map(({ name, token }) => `${name} ${token}`));
  return ({ name, token }) => names.has(`${name} ${token}`);
}
