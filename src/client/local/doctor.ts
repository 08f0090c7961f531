// The match doctor: what a partner's own file says about how well it can match. Sees raw values one at a time, keeps
// counts alone, and never looks at a match rate, which would tell about the other side.

import type { IdentifierKind } from "../../domain/dataset/schema.ts";
import type { IdentifierRefusal } from "../../domain/identifier/canonical.ts";
import { hasNumberingPlan, isInternational } from "../../domain/identifier/phone.ts";
import { trimWhiteSpace } from "../../domain/identifier/white-space.ts";
import { LIMITS } from "../../domain/limits.ts";
import type { Result } from "../../domain/result.ts";
import {
  countOccurrence,
  type Frequency,
  type FrequencyFindings,
  frequencyFindings,
  newFrequency,
} from "./frequency.ts";

/** Counts of cells of one identifier column. */
type ColumnCounts = {
  blank: number;
  filled: number;
  accepted: number;
  refused: Partial<Record<IdentifierRefusal, number>>;
  looksHashed: number;
  /** Cells with characters that do not show, white space at the ends apart: zero-width, direction marks, controls. */
  invisible: number;
};

/** Accepted cells that each step changed, cells at Gmail, and how many each destination's folding would change. */
type EmailCounts = {
  changed: { trim: number; unicode: number; case: number; domain: number };
  nonAsciiDomain: number;
  gmail: number;
  googlemail: number;
  folded: { "uid2-v3": number; "google-guide-2025": number; "google-dm-2025-12": number };
};

/** Accepted cells that each step changed; spellings of filled cells; refusals by the country they were read under. */
type PhoneCounts = {
  changed: { trim: number; punctuation: number; countryCode: number };
  withPlus: number;
  withoutPlus: number;
  defaultCountryApplied: number;
  oddHyphens: number;
  invalidByCountry: Record<string, number>;
};

type Column = { readonly cells: ColumnCounts; readonly frequency: Frequency };

/** The counts as they grow, by kind of identifier. */
export type Doctor = { readonly [kind in IdentifierKind]: Column } & {
  readonly email: { readonly own: EmailCounts };
  readonly phone: { readonly own: PhoneCounts };
};

/** One filled cell, or the cells of one identifier joined, with what became of it. */
type Observation = {
  readonly raw: string;
  readonly country: string | undefined;
  readonly canonical: Result<string, IdentifierRefusal>;
  /** The canonical text's digest, when there is one. */
  readonly digest: Uint8Array | undefined;
};

/** What the doctor found in the cells of any kind of identifier. */
export type ColumnFindings = ColumnCounts & { readonly people: FrequencyFindings };

/** What the doctor found, by kind of identifier. */
export type Findings = { readonly [kind in IdentifierKind]: ColumnFindings } & {
  readonly email: EmailCounts;
  readonly phone: PhoneCounts;
};

const HASHED = /^\s*(?:[0-9a-fA-F]{64}|[A-Za-z0-9+/]{43}=)\s*$/;
const ASCII = /^[\x20-\x7e]*$/;
const INVISIBLE = /[\p{Format}\p{Control}]/u;
const ODD_HYPHEN = /[^\P{Dash_Punctuation}-]|[\u2212\u2043]/u;

/** A doctor that has seen nothing yet. */
export function newDoctor(): Doctor {
  return {
    email: {
      ...newColumn(),
      own: {
        changed: { trim: 0, unicode: 0, case: 0, domain: 0 },
        nonAsciiDomain: 0,
        gmail: 0,
        googlemail: 0,
        folded: { "uid2-v3": 0, "google-guide-2025": 0, "google-dm-2025-12": 0 },
      },
    },
    phone: {
      ...newColumn(),
      own: {
        changed: { trim: 0, punctuation: 0, countryCode: 0 },
        withPlus: 0,
        withoutPlus: 0,
        defaultCountryApplied: 0,
        oddHyphens: 0,
        invalidByCountry: {},
      },
    },
    maid: newColumn(),
    external: newColumn(),
    "name+postcode": newColumn(),
  };
}

/** Whether a cell is spelt like a SHA-256 digest, in hex or base64. */
export function looksHashed(raw: string): boolean {
  return raw.length >= 44 && HASHED.test(raw);
}

/** Counts an empty cell of an identifier column. */
export function observeBlank(doctor: Doctor, kind: IdentifierKind): void {
  doctor[kind].cells.blank++;
}

/** Counts a filled cell. About 1 µs. */
export function observe(doctor: Doctor, kind: IdentifierKind, seen: Observation): void {
  const { cells, frequency } = doctor[kind];
  cells.filled++;
  if (looksHashed(seen.raw)) cells.looksHashed++;
  if (!ASCII.test(seen.raw) && INVISIBLE.test(trimWhiteSpace(seen.raw))) cells.invisible++;
  if (seen.canonical.ok) cells.accepted++;
  else cells.refused[seen.canonical.error] = (cells.refused[seen.canonical.error] ?? 0) + 1;
  if (seen.digest !== undefined) countOccurrence(frequency, seen.digest);
  if (kind === "email") observeEmail(doctor.email.own, seen);
  if (kind === "phone") observePhone(doctor.phone.own, seen);
}

/** Everything counted so far, as plain values that print as JSON. */
export function findingsOf(doctor: Doctor): Findings {
  const { email, phone } = doctor;
  return {
    email: { ...columnFindings(email), ...email.own },
    phone: { ...columnFindings(phone), ...phone.own },
    maid: columnFindings(doctor.maid),
    external: columnFindings(doctor.external),
    "name+postcode": columnFindings(doctor["name+postcode"]),
  };
}

function columnFindings({ cells, frequency }: Column): ColumnFindings {
  return { ...cells, people: frequencyFindings(frequency) };
}

function newColumn(): Column {
  const cells = { blank: 0, filled: 0, accepted: 0, refused: {}, looksHashed: 0, invisible: 0 };
  return { cells, frequency: newFrequency(LIMITS.doctorIdentifiers) };
}

function observeEmail(counts: EmailCounts, { raw, canonical }: Observation): void {
  if (!canonical.ok) return;
  if (raw !== canonical.value) countEmailSteps(counts, raw);
  const at = canonical.value.indexOf("@");
  const domain = canonical.value.slice(at + 1);
  if (domain !== "gmail.com" && domain !== "googlemail.com") return;
  const local = canonical.value.slice(0, at);
  const hasDot = local.includes(".");
  const isFolded = hasDot || local.includes("+");
  if (domain === "gmail.com") counts.gmail++;
  else counts.googlemail++;
  if (isFolded && domain === "gmail.com") counts.folded["uid2-v3"]++;
  if (isFolded) counts.folded["google-guide-2025"]++;
  if (hasDot) counts.folded["google-dm-2025-12"]++;
}

function countEmailSteps(counts: EmailCounts, raw: string): void {
  const trimmed = trimWhiteSpace(raw);
  if (trimmed !== raw) counts.changed.trim++;
  const composed = trimmed.normalize("NFC");
  if (composed !== trimmed) counts.changed.unicode++;
  if (composed.toLowerCase() !== composed) counts.changed.case++;
  if (ASCII.test(composed.slice(composed.indexOf("@")))) return;
  counts.nonAsciiDomain++;
  counts.changed.domain++;
}

function observePhone(counts: PhoneCounts, { raw, country, canonical }: Observation): void {
  const hasCode = isInternational(raw);
  if (hasCode) counts.withPlus++;
  else counts.withoutPlus++;
  if (!ASCII.test(raw) && ODD_HYPHEN.test(raw)) counts.oddHyphens++;
  if (canonical.ok) {
    if (!hasCode) counts.defaultCountryApplied++;
    countPhoneSteps(counts, raw, canonical.value);
  } else if (canonical.error === "phone-invalid") {
    const place = hasCode ? "international" : statedCountry(country);
    counts.invalidByCountry[place] = (counts.invalidByCountry[place] ?? 0) + 1;
  }
}

function countPhoneSteps(counts: PhoneCounts, raw: string, canonical: string): void {
  if (raw === canonical) return;
  const trimmed = trimWhiteSpace(raw);
  if (trimmed !== raw) counts.changed.trim++;
  if (/[^\p{Decimal_Number}+\uff0b]/u.test(trimmed)) counts.changed.punctuation++;
  if (!isInternational(trimmed)) counts.changed.countryCode++;
}

/** A country cell is a value of the list: only what is a country's code is named. */
function statedCountry(country: string | undefined): string {
  return country !== undefined && hasNumberingPlan(country) ? country : "unknown";
}
