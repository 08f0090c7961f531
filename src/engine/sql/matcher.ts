// The matcher over token tables in Postgres: lists are sealed as every matcher seals them, and compared in the
// database, on one node or on many, by one text of SQL. What stands where, and what it costs, is told in README.md.

import type { Matcher, SealedVersion, Selection } from "../../ports/matcher.ts";
import type { InTurn } from "../../ports/servers.ts";
import { wholeList } from "../columnar/rooms.ts";
import { type ColumnarOptions, sealedLists } from "../columnar/sealed-lists.ts";
import { differenceOf, recordsOf } from "../columnar/selection.ts";
import { askLists, type Tables } from "./asking.ts";
import { crossTabInTables } from "./cross-tab.ts";
import { listedPeople } from "./matched.ts";
import { driftInTables, overlapInTables } from "./overlap.ts";
import { type Asking, type Party, twoOf } from "./party.ts";
import { sizeOf } from "./people.ts";
import { standingVersions } from "./standing.ts";
import { type Transact, tokenDatabase } from "./token-database.ts";

export type SqlOptions = ColumnarOptions & {
  /** Runs transactions where the token tables are laid. */
  readonly transact: Transact;
  /** Keeps servers that share the tables from bringing one list in at once. */
  readonly inTurn: InTurn;
};

export function sqlMatcher({ transact, inTurn, ...options }: SqlOptions): Matcher {
  const lists = sealedLists(options);
  const database = tokenDatabase(transact);
  const versions = standingVersions(lists, database, inTurn);
  const tables = { lists, versions, database };
  return { ...lists.keeping, ...keepingBoth(tables), ...questionsTo(tables) };
}

type Keeping = Pick<Matcher, "seal" | "rekey" | "dropSegment" | "sweep">;

type Sealed = { readonly dataKey: Uint8Array; readonly signal?: AbortSignal | undefined };

/** What is sealed stands in the tables as well, or is not there; what goes from one goes from the other. */
function keepingBoth({ lists, versions }: Tables): Keeping {
  const { keeping } = lists;
  const inTables = async (sealed: SealedVersion, { dataKey, signal }: Sealed): Promise<SealedVersion> => {
    const own = { segment: sealed.segment, dataKey, signal };
    try {
      await lists.about([own], async (stay) => {
        const version = await lists.versionOf(stay, own);
        await versions.bringIn(stay, [{ ...own, version }]);
      });
      return sealed;
    } catch (failure) {
      await keeping.dropSegment(sealed.segment);
      throw failure;
    }
  };
  return {
    seal: async (upload) => inTables(await keeping.seal(upload), upload),
    rekey: async ({ dataKey, ...list }) =>
      inTables(await keeping.rekey({ dataKey, ...list }), { dataKey, signal: undefined }),
    dropSegment: async (segment) => {
      await keeping.dropSegment(segment);
      await versions.drop(segment);
    },
    sweep: (named) =>
      keeping.sweep(async () => {
        const files = await named();
        await versions.keepOnly(files.segments);
        return files;
      }),
  };
}

type Questions = Pick<Matcher, "overlap" | "crossTab" | "select" | "difference" | "drift">;

function questionsTo(tables: Tables): Questions {
  return {
    overlap: (lists, identifiers) =>
      askLists(tables, lists, async (asking) => overlapInTables(asking, await partiesOf(asking, lists), identifiers)),
    crossTab: (query) =>
      askLists(tables, query.lists, async (asking) =>
        crossTabInTables(asking, { ...query, parties: await partiesOf(asking, query.lists) }),
      ),
    select: ({ maximum, coin, ...selection }) =>
      askLists(tables, [selection.own, selection.other], async (asking) => {
        const two = await twoOf(asking, selection);
        const rows = await listedPeople(asking, { two, coin });
        const told = { count: rows.length, room: await sizeOf(asking, two.left) };
        return { ...told, records: rows.length > maximum ? [] : await recordsOf(two.left.version, rows) };
      }),
    difference: (left, right) =>
      askLists(tables, [left.own, left.other, right.own, right.other], async (asking) =>
        differenceOf(await recordsIn(asking, left), await recordsIn(asking, right)),
      ),
    drift: (before, after) =>
      askLists(tables, [before, after].map(wholeList), async (asking) => {
        const [left, right] = await partiesOf(asking, [before, after].map(wholeList));
        if (left === undefined || right === undefined) throw new Error("two versions are compared");
        return driftInTables(asking, { left, right });
      }),
  };
}

async function partiesOf(asking: Asking, lists: Parameters<Matcher["overlap"]>[0]): Promise<Party[]> {
  const parties: Party[] = [];
  for (const list of lists) parties.push(await asking.party(list));
  return parties;
}

async function recordsIn(asking: Asking, selection: Selection): Promise<readonly string[]> {
  const two = await twoOf(asking, selection);
  return recordsOf(two.left.version, await listedPeople(asking, { two }));
}
