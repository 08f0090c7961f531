// A published list of invented people with a known truth: even and odd rows, hashed by the partner's own tools, share
// exactly 137 e-mail addresses. Exact mode, as both policies and the contract choose it, must give just that.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashList } from "../../client/local/hash-list.ts";
import { concatBytes, utf8 } from "../../domain/bytes.ts";
import { datasetSchemaSchema } from "../../domain/dataset/schema.ts";
import {
  agree,
  ask,
  bring,
  contractJson,
  declare,
  type Member,
  openWorld,
  overlapOf,
  policyJson,
  putPolicy,
  regionOf,
  upload,
  WIDE_LIMITS,
  type World,
} from "./world.ts";

const FILE = fileURLToPath(new URL("../../../../shared/data/people-1000.csv", import.meta.url));
const isThere = existsSync(FILE);
if (!isThere) console.warn(`SKIPPED: the 137 shared addresses of people-1000.csv are not checked: ${FILE} is missing`);

const SCHEMA = {
  concordat: "dataset/1",
  dataset: "customers",
  record: { column: "unique_id" },
  identifiers: { email: { column: "email", profile: "concordat-1", encoding: "hex" } },
  attributes: {},
  consents: {},
  rejects: "0.05",
};
const EXACT = { mode: "exact", rounding: 1, k: 10 };
/** Distinct addresses (`README.md` beside the file) less those that are none by `identifiers.md`, and those of both. */
const TRUTH = { even: 284 - 15, odd: 277 - 13, shared: 137 };

describe.skipIf(!isThere)("people-1000.csv, even rows against odd rows", () => {
  let world: World;
  let lists: { readonly even: string; readonly odd: string };
  beforeAll(async () => {
    const [header = "", ...rows] = readFileSync(FILE, "utf8").trimEnd().split("\n");
    const half = (remainder: number) =>
      hashed([header, ...rows.filter((row) => Number.parseInt(row, 10) % 2 === remainder), ""].join("\n"));
    lists = { even: await half(0), odd: await half(1) };
    world = await openWorld();
  });
  afterAll(async () => {
    await world.room.discard();
  });

  test("share exactly 137 addresses, and uploading every row twice changes nothing", async () => {
    const { even, odd, contract } = await agreed("exact", [EXACT, EXACT]);
    const release = await ask(even, overlapOf(contract, [even, odd]));
    expect(release.privacy.mode).toBe("exact");
    expect(release.sizes?.map(({ released }) => released)).toEqual([TRUTH.even, TRUTH.odd]);
    expect(regionOf(release, [even, odd])).toBe(TRUTH.shared);
    expect(regionOf(release, [even])).toBe(TRUTH.even - TRUTH.shared);
    expect(regionOf(release, [odd])).toBe(TRUTH.odd - TRUTH.shared);

    const [header, ...rows] = lists.even.trimEnd().split("\r\n");
    const version = await upload(even, [header, ...rows, ...rows, ""].join("\r\n"));
    expect(version.people).toBe(TRUTH.even);
    expect(version.duplicates).toBe(version.report.accepted - TRUTH.even);
    // Nobody apart from the version that the asker asked about: that one goes on answering, and to the other member,
    // whose list it is not, the new one answers alike.
    expect(await ask(even, overlapOf(contract, [even, odd]))).toEqual(release);
    const other = await ask(odd, overlapOf(contract, [odd, even]));
    expect([other.sizes, other.regions]).toEqual([release.sizes, release.regions]);
  });

  test("one owner on noise makes the answer noised", async () => {
    const { even, odd, contract } = await agreed("mixed", [EXACT, { ...EXACT, mode: "noise" }]);
    const release = await ask(even, overlapOf(contract, [even, odd]));
    expect(release.privacy).toMatchObject({ mode: "noise", mechanism: "discrete-laplace" });
    expect(release.regions?.every((region) => region.withheld === true || region.interval?.length === 2)).toBe(true);
  });

  test("a contract on noise makes the answer noised whatever the policies say", async () => {
    const { even, odd, contract } = await agreed("noisy", [EXACT, EXACT], { mode: "noise" });
    const release = await ask(odd, overlapOf(contract, [even, odd]));
    expect(release.privacy.mode).toBe("noise");
  });

  async function agreed(
    name: string,
    limits: readonly [object, object],
    terms: object = {},
  ): Promise<{ even: Member; odd: Member; contract: string }> {
    const [even, odd] = [await bring(world, `${name}-even`), await bring(world, `${name}-odd`)];
    for (const [member, list, own] of [
      [even, lists.even, limits[0]],
      [odd, lists.odd, limits[1]],
    ] as const) {
      await putPolicy(member, policyJson(member.id, { ...own }));
      await declare(member, SCHEMA);
      await upload(member, list);
    }
    const json = contractJson([even, odd]);
    const datasets = [even, odd].map(({ id }) => ({
      partner: id,
      dataset: "customers",
      identifiers: ["email"],
      attributes: {},
      consents: [],
    }));
    const stated = { ...WIDE_LIMITS, ...EXACT, ...terms };
    return { even, odd, contract: await agree([even, odd], { ...json, datasets, terms: stated }) };
  }
});

/** A raw list as the partner's own tool hashes it. */
async function hashed(raw: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  const report = await hashList({
    schema: datasetSchemaSchema.parse(SCHEMA),
    source: (async function* () {
      yield utf8(raw);
    })(),
    write: async (piece) => {
      pieces.push(piece);
    },
  });
  if (!report.ok) throw new Error(report.error.detail);
  return Buffer.from(concatBytes(...pieces)).toString("utf8");
}
