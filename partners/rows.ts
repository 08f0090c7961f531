// What each partner's raw list looks like: its header, and the cells of one row. Attributes follow from the person, so
// that partners agree about people as they would in the world, and each sees them from its own trade.

import { below, chosen, mixed } from "./integers.ts";
import type { DemoPartner, Person } from "./people.ts";

/** The parts of a row that are the same at every partner, spelt as this list spells them. */
type RowParts = {
  readonly person: Person;
  readonly record: string;
  readonly email: string;
  readonly phone: string;
};

export type RawList = {
  readonly header: readonly string[];
  readonly recordPrefix: string;
  /** The country whose national phone spellings the list holds; absent: each row names its own. */
  readonly home?: string;
  readonly cells: (parts: RowParts) => readonly string[];
};

/** What a word about a person is drawn for; each gives an independent one. */
const DRAW = {
  taste: 101,
  when: 102,
  boat: 103,
  product: 104,
  repair: 105,
  share: 106,
  mail: 107,
  tier: 108,
  spent: 109,
};

export const RAW_LISTS: Readonly<Record<DemoPartner, RawList>> = {
  "sunline-holidays": {
    header: [
      ...["customer_id", "first_name", "last_name", "email", "phone", "country"],
      ...["tier", "region", "favourite", "last_trip", "partners_ok", "newsletter"],
    ],
    recordPrefix: "SUN-",
    cells: ({ person, record, email, phone }) => [
      ...[record, person.first, person.last, email, phone, person.country.code],
      ladder(person, DRAW.tier, ["basic", "silver", "gold"]),
      person.country.region,
      destination(person),
      chosen(draw(person, DRAW.when), ["this-year", "this-year", "last-year", "earlier"]),
      consent(person, DRAW.share, 72) ? "yes" : "no",
      consent(person, DRAW.mail, 64) ? "yes" : "",
    ],
  },
  "harbour-yachts": {
    header: [
      ...[
        "Ref",
        "Name",
        "E-mail",
        "Telephone",
        "Club tier",
        "Region",
        "Line",
        "Length",
        "Spent",
        "May share",
        "May mail",
      ],
    ],
    recordPrefix: "HY",
    home: "GB",
    cells: ({ person, record, email, phone }) => [
      ...[record, `${person.last}, ${person.first}`, email, phone],
      ladder(person, DRAW.tier, ["bronze", "silver", "gold", "platinum"]),
      person.country.region,
      productLine(person),
      ladder(person, DRAW.boat, ["under-10m", "10m-to-20m", "over-20m"]),
      spent(person),
      consent(person, DRAW.share, 78) ? "1" : "0",
      consent(person, DRAW.mail, 70) ? "true" : "false",
    ],
  },
  "meridian-bank": {
    header: [
      ...["account_holder", "first_name", "last_name", "email_address", "mobile", "country_code"],
      ...["segment", "region", "main_product", "age_band", "consent_partner", "consent_email"],
    ],
    recordPrefix: "",
    cells: ({ person, record, email, phone }) => [
      ...[record, person.first, person.last, email, phone, person.country.code],
      person.wealth > 85 ? "private" : ladder(person, DRAW.tier, ["standard", "standard", "premier"]),
      person.country.region,
      chosen(draw(person, DRAW.product), ["current-account", "current-account", "savings", "cards", "mortgage"]),
      ageBand(person.age),
      consent(person, DRAW.share, 60) ? "Y" : "N",
      consent(person, DRAW.mail, 55) ? "Y" : "N",
    ],
  },
  "volt-electronics": {
    header: [
      ...["kundennummer", "vorname", "nachname", "email", "telefon", "land"],
      ...["stufe", "region", "sortiment", "reparatur", "partner_ok", "mail_ok"],
    ],
    recordPrefix: "V-",
    cells: ({ person, record, email, phone }) => [
      ...[record, person.first, person.last, email, phone, person.country.code],
      ladder(person, DRAW.tier, ["member", "plus", "pro"]),
      person.country.region,
      sortiment(person),
      chosen(draw(person, DRAW.repair), ["none", "none", "none", "none", "in-warranty", "out-of-warranty"]),
      consent(person, DRAW.share, 75) ? "ja" : "nein",
      consent(person, DRAW.mail, 68) ? chosen(draw(person, DRAW.mail + 50), ["ja", "yes"]) : "",
    ],
  },
};

function draw(person: Person, what: number): number {
  return mixed(person.wealth * 128 + person.age, person.number, what);
}

/** A rung that rises with wealth, shaken by a fifth of the ladder: rich people stand high at every partner. */
function ladder(person: Person, what: number, rungs: readonly string[]): string {
  const shaken = person.wealth + below(draw(person, what), 41) - 20;
  const rung = Math.min(rungs.length - 1, Math.max(0, Math.floor((shaken * rungs.length) / 100)));
  return rungs[rung] ?? chosen(0, rungs);
}

function destination(person: Person): string {
  const tastes = ["beach", "city", "city", "ski", "safari"];
  return chosen(
    draw(person, DRAW.taste),
    person.age > 60 ? [...tastes, "cruise", "cruise", "cruise"] : [...tastes, "beach"],
  );
}

function productLine(person: Person): string {
  const lines = ["sail", "motor", "tender", "charter"];
  return chosen(
    draw(person, DRAW.product),
    person.wealth < 45 ? [...lines, "charter", "charter"] : [...lines, "sail", "motor"],
  );
}

/** What a member spent in a year, in pounds and pence: more for the wealthy, nothing known of one in twelve. */
function spent(person: Person): string {
  const word = draw(person, DRAW.spent);
  const pence = person.wealth * 1_000 + below(word, 100_000);
  return word % 12 === 0 ? "" : `${Math.floor(pence / 100)}.${String(pence % 100).padStart(2, "0")}`;
}

function sortiment(person: Person): string {
  const lines = ["phones", "computers", "home", "audio", "wearables"];
  return chosen(draw(person, DRAW.product), person.age < 35 ? [...lines, "phones", "wearables"] : [...lines, "home"]);
}

function ageBand(age: number): string {
  if (age < 30) return "18-29";
  if (age < 45) return "30-44";
  return age < 60 ? "45-59" : "60-plus";
}

/** Consents are a person's habit more than a partner's luck: one word for each person, a threshold for each partner. */
function consent(person: Person, what: number, percent: number): boolean {
  return below(draw(person, what), 100) < percent;
}
