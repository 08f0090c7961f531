// The report of local hashing as lines for a person, one screen: what was read, what is left out and why, what the
// match doctor found, and what to do about it. Counts, lines and column names alone.

import type { ColumnFindings, Findings } from "./doctor.ts";
import type { FrequencyFindings } from "./frequency.ts";
import type { HashReport } from "./hash-list.ts";
import { REFUSAL_SENTENCES, type RefusalTally, type RowRefusal } from "./refusals.ts";

/** Lines without line ends, at most about forty. */
export function doctorLines(report: HashReport): string[] {
  return [
    rowsLine(report),
    ...refusalLines("refused rows", report.refused),
    ...refusalLines("identifiers left out of rows that are kept", report.dropped),
    ...columnLines(report),
    ...emailLines(report.doctor.email),
    ...phoneLines(report.doctor.phone),
    ...OTHER_KINDS.flatMap(([kind, name]) => plainLines(name, report.doctor[kind])),
    ...adviceLines(report),
  ];
}

/** What is said of rows without identifier, so many of which clear their record references. */
export function clearing(rows: number, spelt: string): string {
  if (rows === 0) return "";
  return rows === 1
    ? " (1 of which clears its record reference)"
    : ` (${spelt} of which clear their record references)`;
}

/** The same of a list that names whom to delete, of which nothing is hashed. */
export function deletionLines(report: HashReport): string[] {
  const { rows, emitted, blank, refused } = report;
  const fates = `${plain(emitted)} record references, ${plain(blank)} empty, ${plain(refused.total)} refused`;
  return [`${plain(rows)} rows read, ${fates}`, ...refusalLines("refused rows", refused), ...columnLines(report)];
}

function rowsLine({ rows, emitted, blank, cleared, refused, normaliser }: HashReport): string {
  const nobody = `${plain(blank)} without identifier${clearing(cleared, plain(cleared))}`;
  const fates = `${plain(emitted)} hashed, ${nobody}, ${plain(refused.total)} refused`;
  return `${plain(rows)} rows read, ${fates} (${normaliser})`;
}

function refusalLines(title: string, tally: RefusalTally): string[] {
  if (tally.total === 0) return [];
  const rows = REASONS.flatMap((reason) => {
    const count = tally.byReason[reason];
    return count === undefined ? [] : [`  ${plain(count)} ${REFUSAL_SENTENCES[reason]}${whereFirst(tally, reason)}`];
  });
  return [`${title}:`, ...rows];
}

// SAFETY: the table has one member for each reason and nothing else.
const REASONS = Object.keys(REFUSAL_SENTENCES) as RowRefusal[];

function whereFirst(tally: RefusalTally, reason: RowRefusal): string {
  const places = tally.places.filter((place) => place.reason === reason).slice(0, 5);
  if (places.length === 0) return "";
  const columns = [...new Set(places.map((place) => `\`${place.column}\``))].join(", ");
  return ` (${columns}; first lines ${places.map((place) => place.line).join(", ")})`;
}

function columnLines({ columns, file }: HashReport): string[] {
  const lines = [`columns written: ${columns.written.join(", ")}`];
  if (columns.leftOut.length > 0) lines.push(`columns that stay here: ${columns.leftOut.join(", ")}`);
  if (file.hasByteOrderMark) lines.push("the file begins with a byte-order mark, which is left out");
  return lines;
}

function emailLines(email: Findings["email"]): string[] {
  if (email.filled === 0) return email.blank === 0 ? [] : ["e-mail: the column is empty"];
  const { trim: trimming, unicode, case: letters, domain } = email.changed;
  const steps = { trimming, "Unicode form": unicode, case: letters, domain };
  const atGmail = share(email.gmail + email.googlemail, email.accepted);
  const lines = [
    `e-mail: ${plain(email.filled)} filled, ${plain(email.blank)} empty, ${share(email.accepted, email.filled)} usable`,
    `  changed by: ${sharesOf(steps, email.accepted)}`,
    ...peopleLines(email.people),
    `  at Gmail: ${atGmail}; folding would change ${foldingsOf(email.folded)}`,
  ];
  if (email.nonAsciiDomain > 0) lines.push(`  international domains: ${plain(email.nonAsciiDomain)}`);
  return [...lines, ...oddityLines(email)];
}

function phoneLines(phone: Findings["phone"]): string[] {
  if (phone.filled === 0) return phone.blank === 0 ? [] : ["phone: the column is empty"];
  const { trim: trimming, punctuation, countryCode } = phone.changed;
  const steps = { trimming, punctuation, "country code": countryCode };
  const supplied = plain(phone.defaultCountryApplied);
  const invalid = Object.entries(phone.invalidByCountry).sort(([, left], [, right]) => right - left);
  const lines = [
    `phone: ${plain(phone.filled)} filled, ${plain(phone.blank)} empty, ${share(phone.accepted, phone.filled)} usable`,
    `  with +: ${plain(phone.withPlus)}, without: ${plain(phone.withoutPlus)}; country supplied for ${supplied}`,
    `  changed by: ${sharesOf(steps, phone.accepted)}`,
    ...peopleLines(phone.people),
  ];
  if (invalid.length > 0)
    lines.push(`  not valid: ${invalid.map(([at, count]) => `${at} ${plain(count)}`).join(", ")}`);
  if (phone.oddHyphens > 0) lines.push(`  hyphens that are not the ASCII one: ${plain(phone.oddHyphens)}`);
  return [...lines, ...oddityLines(phone)];
}

const OTHER_KINDS = [
  ["maid", "advertising id"],
  ["external", "external id"],
  ["name+postcode", "name with postal code"],
] as const;

function plainLines(name: string, column: ColumnFindings): string[] {
  if (column.filled === 0) return column.blank === 0 ? [] : [`${name}: nothing is filled`];
  const usable = share(column.accepted, column.filled);
  return [
    `${name}: ${plain(column.filled)} filled, ${plain(column.blank)} empty, ${usable} usable`,
    ...peopleLines(column.people),
    ...oddityLines(column),
  ];
}

function peopleLines({ distinct, onSeveralRows, mostFrequent, isExact }: FrequencyFindings): string[] {
  const about = isExact ? "" : "about ";
  const lines = [`  distinct: ${about}${plain(distinct)}, on several rows: ${about}${plain(onSeveralRows)}`];
  const frequent = mostFrequent.filter((count) => count > 1);
  if (frequent.length > 0) {
    lines.push(`  rows of the most frequent${isExact ? "" : " in a sample"}: ${frequent.map(plain).join(", ")}`);
  }
  return lines;
}

function oddityLines({
  invisible,
  looksHashed,
}: {
  readonly invisible: number;
  readonly looksHashed: number;
}): string[] {
  const lines: string[] = [];
  if (invisible > 0) lines.push(`  with characters that do not show: ${plain(invisible)}`);
  if (looksHashed > 0) lines.push(`  digests among raw values: ${plain(looksHashed)}`);
  return lines;
}

function adviceLines({ doctor, rejects, refused, rows }: HashReport): string[] {
  const lines: string[] = [];
  if ((doctor.phone.refused["phone-no-country"] ?? 0) > 0) {
    lines.push("to do: state the country of phones without code, for example `concordat hash IN.csv --country GB`");
  }
  if (rejects.isExceeded) {
    const limit = `${Number(rejects.allowed) * 100} %`;
    lines.push(
      `to do: ${share(refused.total, rows)} of the rows are refused, and the schema allows ${limit}; mend them`,
    );
  }
  if (doctor.email.invisible > 0) {
    lines.push("to do: remove the characters that do not show from e-mails; before the @ they stay, and match nothing");
  }
  return lines;
}

function sharesOf(counts: Readonly<Record<string, number>>, whole: number): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${share(count, whole)}`)
    .join(", ");
}

function foldingsOf(folded: Findings["email"]["folded"]): string {
  return Object.entries(folded)
    .map(([profile, count]) => `${plain(count)} (${profile})`)
    .join(", ");
}

function plain(count: number): string {
  return count.toLocaleString("en-GB");
}

function share(part: number, whole: number): string {
  return whole === 0 ? "0 %" : `${((100 * part) / whole).toFixed(1)} %`;
}
