// Small lists of made-up people. A person is known by number, so what two lists share follows from their numbers.

import { createHash } from "node:crypto";
import { toHex, utf8 } from "../../domain/bytes.ts";

export const TIERS = ["bronze", "silver", "gold"];
export const REGIONS = ["north", "south"];

/** The schema of every list here: e-mail in hex, two attributes, two consents. */
export const LIST_SCHEMA = {
  concordat: "dataset/1",
  dataset: "customers",
  record: { column: "id" },
  identifiers: { email: { column: "email", profile: "concordat-1", encoding: "hex" } },
  attributes: {
    tier: { column: "tier", type: "category", values: TIERS },
    region: { column: "region", type: "category", values: REGIONS },
  },
  consents: {
    "partner-marketing": { column: "partners_ok", granted: ["yes"] },
    "email-marketing": { column: "mail_ok", granted: ["yes"] },
  },
  rejects: "0.02",
};

export const HEADER = "id,email,tier,region,partners_ok,mail_ok";

/** One row; a person is known by number, so two lists share whoever has the same number. */
export type Row = { person: number; tier?: string; region?: string; partners?: string; mail?: string };

/** Persons `from` to `to`, the last left out, with attributes that repeat every six of them. */
export function people(from: number, to: number): Row[] {
  return Array.from({ length: to - from }, (_, index) => ({ person: from + index }));
}

/** A list as CSV. Record references begin with `prefix`, so that they tell whose list a reference is from. */
export function csvOf(rows: readonly Row[], prefix: string): string {
  const lines = rows.map(({ person, tier, region, partners = "yes", mail = "yes" }) => {
    const cells = [tier ?? TIERS[person % 3], region ?? REGIONS[person % 2], partners, mail];
    return [`${prefix}${person}`, emailDigest(person), ...cells].join();
  });
  return [HEADER, ...lines, ""].join("\r\n");
}

/** The digest of a made-up person's address, 64 hex digits. */
export function emailDigest(person: number): string {
  return sha256Hex(utf8(`person${person}@mail.example`));
}

export function sha256Hex(bytes: Uint8Array): string {
  return toHex(createHash("sha256").update(bytes).digest());
}
