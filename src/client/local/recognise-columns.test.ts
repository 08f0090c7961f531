// Columns of a raw file are known by their names as people spell them, or else by what stands in them; what is doubtful
// about one is said.

import { describe, expect, test } from "vitest";
import { utf8 } from "../../domain/bytes.ts";
import { datasetSchemaSchema } from "../../domain/dataset/schema.ts";
import { LIST_SCHEMA, sha256Hex } from "../../testing/journeys/lists.ts";
import { proposeSchema } from "./propose-schema.ts";
import { recogniseColumns } from "./recognise-columns.ts";

const SCHEMA = datasetSchemaSchema.parse({
  ...LIST_SCHEMA,
  identifiers: {
    ...LIST_SCHEMA.identifiers,
    phone: { column: "phone", profile: "concordat-1", encoding: "hex", country: "GB" },
  },
  consents: {},
});
const people = (header: readonly string[], cells: (at: number) => readonly string[], count = 60) => ({
  header,
  rows: Array.from({ length: count }, (_, at) => cells(at)),
});
const raw = (header: readonly string[]) =>
  people(header, (at) => [
    `c${at}`,
    `p${at}@mail.example`,
    `020 7946 0${100 + at}`,
    ["bronze", "silver", "gold"][at % 3] ?? "",
    ["north", "south"][at % 2] ?? "",
  ]);
const fromOf = (found: ReturnType<typeof recogniseColumns>) =>
  Object.fromEntries(found.map(({ column, from, by }) => [column, [from, by]]));

describe("a column", () => {
  test("is known by its name, whatever its case and signs, by another name for it, or by its cells", () => {
    expect(
      fromOf(recogniseColumns(raw(["ID", "E-Mail Address", "Mobile", "x1", "REGION"]), SCHEMA, undefined)),
    ).toEqual({
      id: ["ID", "name"],
      email: ["E-Mail Address", "name"],
      phone: ["Mobile", "name"],
      tier: ["x1", "content"],
      region: ["REGION", "name"],
    });
    const nameless = recogniseColumns(raw(["a", "b", "c", "d", "e"]), SCHEMA, undefined);
    expect(fromOf(nameless)).toEqual({
      id: [null, null],
      email: ["b", "content"],
      phone: ["c", "content"],
      tier: ["d", "content"],
      region: ["e", "content"],
    });
  });

  test("is taken for one thing only, and by its very name before any other", () => {
    const sample = people(["email", "E-mail"], (at) => [`a${at}@x.example`, `b${at}@x.example`]);
    const found = fromOf(recogniseColumns(sample, SCHEMA, undefined));
    expect(found["email"]).toEqual(["email", "name"]);
    expect(Object.values(found).filter(([from]) => from === "E-mail")).toEqual([]);
    const zone = { column: "zone", type: "category" as const, values: ["north", "south"] };
    const twins = { ...SCHEMA, attributes: { ...SCHEMA.attributes, zone } };
    const wind = people(["wind"], (at) => [at % 2 === 0 ? "north" : "south"]);
    expect(recogniseColumns(wind, twins, undefined).filter(({ from }) => from === "wind")).toHaveLength(1);
  });

  test("is doubted where its cells are something else, or digests already", () => {
    const swapped = people(["id", "email"], (at) => [`c${at}`, `020 7946 0${100 + at}`]);
    expect(recogniseColumns(swapped, SCHEMA, undefined)[1]?.doubt).toBe("of the first 60 filled cells 0 fit e-mail");
    const hashed = people(["id", "email"], (at) => [`c${at}`, sha256Hex(utf8(`p${at}`))]);
    expect(recogniseColumns(hashed, SCHEMA, undefined)[1]?.doubt).toMatch(/digests already/);
    expect(recogniseColumns(raw(["id", "email", "phone", "tier", "region"]), SCHEMA, undefined)).toEqual(
      expect.arrayContaining([expect.objectContaining({ column: "email", doubt: null })]),
    );
  });
});

describe("a schema", () => {
  test("is drafted out of a file: reference, e-mail, phone, and what has few values", () => {
    expect(proposeSchema(raw(["Kundennummer", "Mail", "Tel.", "Tier", "Region"]), "GB")).toEqual({
      record: "Kundennummer",
      email: "Mail",
      phone: "Tel.",
      attributes: [
        { column: "Tier", values: ["bronze", "gold", "silver"] },
        { column: "Region", values: ["north", "south"] },
      ],
    });
  });

  test("takes nothing for an attribute that stands for a person or is hardly met again", () => {
    const sample = people(["id", "name", "street", "vip"], (at) => [`c${at}`, `N ${at}`, `S ${at % 30}`, "yes"]);
    expect(proposeSchema(sample, undefined)).toEqual({ record: "id", email: null, phone: null, attributes: [] });
    expect(proposeSchema(raw(["id", "m", "t", "tier", "r"]), undefined).attributes).toHaveLength(2);
    const short = people(["id", "tier"], (at) => [`c${at}`, at % 2 === 0 ? "gold" : "silver"], 10);
    expect(proposeSchema(short, undefined).attributes).toEqual([]);
  });
});
