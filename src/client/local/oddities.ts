// What the match doctor finds odd in a list, the gravest first, each with what to do about it. Counts and column names
// alone, for a page or a terminal.

import type { ColumnFindings, Findings } from "./doctor.ts";
import type { HashReport } from "./hash-list.ts";

/** `grave`: the list will match fewer people than it should. Sentences without a full stop. */
export type Oddity = { readonly isGrave: boolean; readonly says: string; readonly next: string };

/** From this share of a column on, what is odd about it is grave. */
const GRAVE_FROM = 0.05;

const NAMES = [
  ["email", "e-mails"],
  ["phone", "phones"],
  ["maid", "advertising ids"],
  ["external", "external ids"],
  ["name+postcode", "names with postal code"],
] as const;

/** The oddities of a hashed list. */
export function odditiesOf(report: HashReport): readonly Oddity[] {
  const found = [
    ...rejectOddities(report),
    ...NAMES.flatMap(([kind, name]) => columnOddities(name, report.doctor[kind])),
    ...phoneOddities(report.doctor.phone),
    ...emailOddities(report.doctor.email),
    ...fileOddities(report),
  ];
  return found.sort((left, right) => Number(right.isGrave) - Number(left.isGrave));
}

function rejectOddities({ refused, rows, rejects, emitted }: HashReport): Oddity[] {
  if (emitted === 0 && rows > 0) {
    const next = "look at the columns chosen above: is each the one that it is taken for?";
    return [{ isGrave: true, says: "no row can be used", next }];
  }
  if (!rejects.isExceeded) return [];
  const allowed = percent(Number(rejects.allowed));
  const says = `${shareIn(refused.total, rows)} of the rows are refused, and the schema allows ${allowed}`;
  return [{ isGrave: true, says, next: "mend the rows that the file of refused rows names, and bring the list again" }];
}

function columnOddities(name: string, { filled, accepted, looksHashed, invisible, people }: ColumnFindings): Oddity[] {
  if (filled === 0) return [];
  const unread = filled - accepted - looksHashed;
  const found: Oddity[] = [];
  const tell = (count: number, says: string, next: string) => {
    if (count > 0) found.push({ isGrave: count >= GRAVE_FROM * filled, says, next });
  };
  tell(
    Math.max(0, unread),
    `${figure(unread)} of ${figure(filled)} ${name} (${shareIn(unread, filled)}) cannot be read as such`,
    "they match nobody; the file of refused rows and the lines below say where they are",
  );
  tell(
    looksHashed,
    `${figure(looksHashed)} ${name} are digests already`,
    "bring raw values in this column: a digest that is hashed again is a digest of nobody",
  );
  tell(
    invisible,
    `${figure(invisible)} ${name} hold characters that do not show`,
    "remove them where the list comes from: they stay in what is hashed, and match nothing",
  );
  tell(
    people.onSeveralRows,
    `${people.isExact ? "" : "about "}${figure(people.onSeveralRows)} ${name} stand on several rows`,
    "each counts as one person; shared desks and placeholders are better left out",
  );
  return found;
}

function phoneOddities({ filled, refused }: Findings["phone"]): Oddity[] {
  const lacking = refused["phone-no-country"];
  if (lacking === undefined) return [];
  const says = `${figure(lacking)} of ${figure(filled)} phones have no country code, and no country is stated`;
  return [
    { isGrave: lacking >= GRAVE_FROM * filled, says, next: "state their country above, and check the list again" },
  ];
}

function emailOddities({ accepted, changed }: Findings["email"]): Oddity[] {
  const most = Math.max(changed.case, changed.trim);
  if (most < accepted / 2 || accepted === 0) return [];
  const says = `${shareIn(most, accepted)} of the e-mails had to be trimmed or put into lower case`;
  const next = "another tool may have hashed them as they stood: match lists that were all made by this one";
  return [{ isGrave: false, says, next }];
}

function fileOddities({ rows, blank }: HashReport): Oddity[] {
  if (blank < GRAVE_FROM * rows || blank === 0) return [];
  const says = `${figure(blank)} of ${figure(rows)} rows have no identifier at all`;
  return [{ isGrave: blank * 2 > rows, says, next: "is a column of identifiers missing, or is it another one?" }];
}

function figure(count: number): string {
  return count.toLocaleString("en-GB");
}

function shareIn(part: number, whole: number): string {
  return percent(whole === 0 ? 0 : part / whole);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
