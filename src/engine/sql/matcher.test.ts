// The SQL matcher on one node, over two databases that stand for nodes, and on Citus where CITUS_URL names a
// coordinator.

import fc from "fast-check";
import { afterAll, beforeAll, describe, it } from "vitest";
import { matcherSuite } from "../../testing/matcher-suite.ts";
import { type TokenTables, tablesOnCitus, tablesOnOneNode, tablesOverShards } from "../../testing/token-tables.ts";

// A statement travels to a server, and to others behind it: properties are tried on fewer worlds, in each place.
fc.configureGlobal({ numRuns: 3 });

const citus = process.env["CITUS_URL"];
const PLACES: readonly (readonly [string, () => Promise<TokenTables>])[] = [
  ["one node", tablesOnOneNode],
  ["two shards", tablesOverShards],
  ...(citus === undefined ? [] : [["Citus", () => tablesOnCitus(citus)] as const]),
];

it("sql, Citus: the suite", (context) => {
  if (citus === undefined) context.skip("CITUS_URL names no coordinator");
});

for (const [place, lay] of PLACES) {
  describe(`sql, ${place}`, () => {
    const held: TokenTables[] = [];
    beforeAll(async () => void held.push(await lay()));
    afterAll(async () => {
      for (const tables of held.splice(0)) await tables.close();
    });
    matcherSuite("the suite", async (options) => {
      const [tables] = held;
      if (tables === undefined) throw new Error("asked for before the tables were laid");
      return tables.makeMatcher(options);
    });
  });
}
