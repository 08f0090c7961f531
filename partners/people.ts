// The invented people whom the demo partners share. A person is a number: seed and number decide name, address, phone,
// age and wealth, and which partners know the person, so no list has to be kept anywhere.

import { COUNTRIES, type Country } from "./countries.ts";
import { below, chosen, mixed } from "./integers.ts";

export const DEMO_PARTNERS = ["sunline-holidays", "harbour-yachts", "meridian-bank", "volt-electronics"] as const;
export type DemoPartner = (typeof DEMO_PARTNERS)[number];

export type Person = {
  readonly number: number;
  readonly country: Country;
  readonly first: string;
  readonly last: string;
  readonly email: string;
  /** An address that the person gives to some partners only. */
  readonly otherEmail: string;
  /** National number, without trunk digit. */
  readonly phone: string;
  /** 18 to 87. */
  readonly age: number;
  /** 0 to 99, most people near the middle. */
  readonly wealth: number;
};

/**
 * How many of 291 people are known to exactly these partners (S, H, B, V by first letter of sunline, harbour, bank,
 * volt). Each partner knows 100 of them; S and H share 13, either and B share 27, any and V share 22, a little more
 * than the lists show, since some people give different addresses to different partners.
 */
const KNOWN_TO: readonly (readonly [string, number])[] = [
  ["SHBV", 2],
  ["SHB", 4],
  ["SHV", 2],
  ["SBV", 6],
  ["HBV", 6],
  ["SH", 5],
  ["SB", 15],
  ["HB", 15],
  ["SV", 12],
  ["HV", 12],
  ["BV", 8],
  ["S", 54],
  ["H", 54],
  ["B", 44],
  ["V", 52],
];
const LETTERS: Readonly<Record<DemoPartner, string>> = {
  "sunline-holidays": "S",
  "harbour-yachts": "H",
  "meridian-bank": "B",
  "volt-electronics": "V",
};

const GROUPS: readonly string[] = KNOWN_TO.flatMap(([letters, weight]) => Array<string>(weight).fill(letters));
const HOMES: readonly Country[] = COUNTRIES.flatMap((one) => Array<Country>(one.weight).fill(one));

/** What a word is drawn for; each gives an independent one. */
const DRAW = { group: 1, country: 2, first: 3, last: 4, domain: 5, style: 6, age: 7, wealth: 8, rich: 9, prefix: 10 };

/** Whether a partner knows the person of that number. */
export function isKnown(seed: number, number: number, partner: DemoPartner): boolean {
  return chosen(mixed(seed, number, DRAW.group), GROUPS).includes(LETTERS[partner]);
}

/** The person of that number, 0 to 8 million: numbers beyond would share phones. */
export function personOf(seed: number, number: number): Person {
  const draw = (what: number) => mixed(seed, number, what);
  const country = chosen(draw(DRAW.country), HOMES);
  const first = chosen(draw(DRAW.first), country.first);
  const last = chosen(draw(DRAW.last), country.last);
  const domain = chosen(draw(DRAW.domain), country.domains);
  return {
    number,
    country,
    first,
    last,
    email: `${mailbox(first, last, below(draw(DRAW.style), 4))}${number}@${domain}`,
    otherEmail: `${plainLetters(last)}.${number}@work.example`,
    phone: nationalPhone(country, number, draw(DRAW.prefix)),
    age: 18 + below(draw(DRAW.age), 70),
    wealth: below(draw(DRAW.wealth), 50) + below(draw(DRAW.rich), 51),
  };
}

function mailbox(first: string, last: string, style: number): string {
  const [given, family] = [plainLetters(first), plainLetters(last)];
  if (style === 0) return `${given}.${family}`;
  if (style === 1) return `${given.slice(0, 1)}.${family}`;
  return style === 2 ? `${family}+${given}` : `${given}_${family}`;
}

const PLAIN_LETTERS = new Map<string, string>();

/** A name as it stands in a mail address. The names are few, so each is spelt once. */
function plainLetters(name: string): string {
  const known = PLAIN_LETTERS.get(name);
  if (known !== undefined) return known;
  const plain = name
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replaceAll("ı", "i")
    .normalize("NFD")
    .replace(/[^a-z]/g, "");
  PLAIN_LETTERS.set(name, plain);
  return plain;
}

/**
 * Seven digits that no other person has: multiplication by a number prime to the modulus is a permutation. American
 * exchanges begin with 2 to 9, so theirs are the upper eight million.
 */
function nationalPhone(country: Country, number: number, word: number): string {
  const [lowest, count] = country.code === "US" ? [2_000_000, 8_000_000] : [0, 10_000_000];
  const digits = lowest + ((number * 7_368_787) % count);
  return chosen(word, country.prefixes) + String(digits).padStart(7, "0");
}
