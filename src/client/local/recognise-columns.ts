// Which column of a file is which of the schema: by its name, as people spell it, or else by what stands in it. Looks
// at a few rows, keeps nothing of them, and names columns alone.

import { type DatasetSchema, measuresOf } from "../../domain/dataset/schema.ts";
import { canonicalOf, type OneCellKind } from "../../domain/identifier/canonical.ts";
import { trimWhiteSpace } from "../../domain/identifier/white-space.ts";
import { looksHashed } from "./doctor.ts";

/** The first rows of a file, as text. */
export type Sample = { readonly header: readonly string[]; readonly rows: readonly (readonly string[])[] };

/** A column that the schema reads, and the column of the file that is taken for it. */
export type Recognised = {
  readonly column: string;
  /** What it holds, for people: `e-mail`, `your own reference`. */
  readonly holds: string;
  /** Null where none of the file's is like it. */
  readonly from: string | null;
  readonly by: "name" | "content" | null;
  /** What speaks against it, in a sentence; null where nothing does. */
  readonly doubt: string | null;
};

type Wanted = {
  readonly column: string;
  readonly holds: string;
  /** Other names under which files have it, letters and digits alone. */
  readonly aliases: readonly string[];
  /** Whether a filled cell may be one of it; null where cells tell nothing. */
  readonly fits: ((cell: string) => boolean) | null;
};

/** Of the filled cells that a sample shows, the share that must fit for a column to be taken by its content. */
const TAKEN_FROM = 0.8;
/** Below this share, a column that was taken by its name is doubted. */
const DOUBTED_BELOW = 0.5;

/** Finds every column that a raw list under the schema must have. O(columns² × rows of the sample). */
export function recogniseColumns(
  sample: Sample,
  schema: DatasetSchema,
  country: string | undefined,
): readonly Recognised[] {
  const wanted = wantedIn(schema, country);
  const taken = new Map<string, { from: string; by: "name" | "content" }>();
  const free = () => sample.header.filter((name) => ![...taken.values()].some(({ from }) => from === name));
  for (const isLike of [isSameName, isSpeltAlike, isAlias]) {
    for (const one of wanted.filter(({ column }) => !taken.has(column))) {
      const from = free().find((name) => isLike(name, one));
      if (from !== undefined) taken.set(one.column, { from, by: "name" });
    }
  }
  for (const one of wanted.filter(({ column }) => !taken.has(column))) {
    const from = free().find((name) => (shareOf(cellsOf(sample, name), one.fits) ?? 0) >= TAKEN_FROM);
    if (from !== undefined) taken.set(one.column, { from, by: "content" });
  }
  return wanted.map((one) => {
    const found = taken.get(one.column);
    const doubt = found === undefined ? null : doubtOf(cellsOf(sample, found.from), one);
    return { column: one.column, holds: one.holds, from: found?.from ?? null, by: found?.by ?? null, doubt };
  });
}

/** The filled cells of a column in a sample, at the ends without white space. */
export function cellsOf({ header, rows }: Sample, name: string): readonly string[] {
  const at = header.indexOf(name);
  return rows.map((cells) => trimWhiteSpace(cells[at] ?? "")).filter((cell) => cell !== "");
}

/** The name of a column without case, spaces and signs. */
export function bareName(name: string): string {
  return name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}]/gu, "");
}

/** Other names of columns, by what they hold. */
export const ALIASES = {
  record: [
    "id",
    "customerid",
    "customernumber",
    "customerno",
    "customerref",
    "reference",
    "ref",
    "recordid",
    "crmid",
    "accountid",
    "userid",
  ],
  email: ["email", "emailaddress", "mail", "mailaddress", "emailadresse", "courriel", "correo"],
  phone: [
    "phone",
    "phonenumber",
    "mobile",
    "mobilephone",
    "mobilenumber",
    "telephone",
    "tel",
    "cell",
    "telefon",
    "handy",
  ],
  maid: ["maid", "idfa", "gaid", "aaid", "advertisingid", "mobileadid", "deviceid"],
  external: ["externalid", "extern", "externid"],
  firstName: ["firstname", "givenname", "forename", "fn", "vorname", "prenom"],
  lastName: ["lastname", "surname", "familyname", "ln", "nachname", "nom"],
  postcode: ["postcode", "postalcode", "zip", "zipcode", "plz", "codepostal"],
  country: ["country", "countrycode", "land", "pays"],
} as const;

/** Whether a cell is an identifier of a kind, a phone under a country, or one of any when none is stated. */
export function isOfKind(kind: OneCellKind, cell: string, country: string | undefined): boolean {
  if (looksHashed(cell)) return false;
  if (kind === "phone" && country === undefined) return /^[+(]?[\d][\d\s().\-/]{5,20}$/u.test(cell);
  return canonicalOf(kind, cell, country).ok;
}

function wantedIn(schema: DatasetSchema, country: string | undefined): Wanted[] {
  const { record, attributes, consents } = schema;
  return [
    { column: record.column, holds: "your own reference", aliases: ALIASES.record, fits: null },
    ...identifiersIn(schema, country),
    ...Object.entries(attributes).map(([name, { column, values }]) => {
      return { column, holds: name, aliases: [], fits: (cell: string) => values.includes(cell) };
    }),
    ...measuresOf(schema).map(([name, { column }]) => {
      return { column, holds: name, aliases: [], fits: (cell: string) => /^[+-]?\d+(?:\.\d+)?$/.test(cell) };
    }),
    ...Object.entries(consents).map(([name, { column }]) => {
      return { column, holds: `consent “${name}”`, aliases: [], fits: null };
    }),
  ];
}

const ONE_CELL = { email: "e-mail", phone: "phone", maid: "mobile advertising id" } as const;

function identifiersIn({ identifiers }: DatasetSchema, country: string | undefined): Wanted[] {
  // SAFETY: the table's keys are kinds of identifiers.
  const plain = (Object.keys(ONE_CELL) as (keyof typeof ONE_CELL)[]).flatMap((kind) => {
    const one = identifiers[kind];
    if (one === undefined) return [];
    const stated = "country" in one && typeof one.country === "string" ? one.country : undefined;
    const fits = (cell: string) => isOfKind(kind, cell, country ?? stated);
    return [{ column: one.column, holds: ONE_CELL[kind], aliases: ALIASES[kind], fits }];
  });
  const { external, "name+postcode": name } = identifiers;
  const countries = [identifiers.email, identifiers.phone, name].flatMap((one) =>
    typeof one?.country === "object" ? [one.country.column] : [],
  );
  const parts =
    name === undefined
      ? []
      : ([
          [name.firstName.column, "first name", ALIASES.firstName],
          [name.lastName.column, "last name", ALIASES.lastName],
          [name.postcode.column, "postal code", ALIASES.postcode],
        ] as const);
  return [
    ...plain,
    ...(external === undefined
      ? []
      : [{ column: external.column, holds: "external id", aliases: ALIASES.external, fits: null }]),
    ...parts.map(([column, holds, aliases]) => ({ column, holds, aliases, fits: null })),
    ...[...new Set(countries)].map((column) => ({
      ...{ column, holds: "country", aliases: ALIASES.country },
      fits: (cell: string) => /^[A-Za-z]{2}$/.test(cell),
    })),
  ];
}

function isSameName(name: string, { column }: Wanted): boolean {
  return name === column;
}

function isSpeltAlike(name: string, { column }: Wanted): boolean {
  return bareName(name) === bareName(column);
}

function isAlias(name: string, { aliases }: Wanted): boolean {
  return aliases.includes(bareName(name));
}

/** Null where nothing is filled, or cells tell nothing. */
function shareOf(cells: readonly string[], fits: Wanted["fits"]): number | null {
  if (fits === null || cells.length === 0) return null;
  return cells.filter(fits).length / cells.length;
}

function doubtOf(cells: readonly string[], { fits, holds }: Wanted): string | null {
  const hashed = cells.filter(looksHashed).length;
  if (fits !== null && hashed * 2 > cells.length) return "most of it looks like digests already, not raw values";
  const share = shareOf(cells, fits);
  if (share === null || share >= DOUBTED_BELOW) return null;
  return `of the first ${cells.length} filled cells ${Math.round(share * cells.length)} fit ${holds}`;
}
