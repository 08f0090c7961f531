// How numbers, shares and dates are set in the languages that browsers ask for (RFC 9110 §12.5.4). Text stays English.
// Digits are 0 to 9 in every locale, so that a figure can be found and typed as shown. Runs in browsers as well.

import { isoInstant, startOfDate, type UnixMillis } from "./instant.ts";
import { type Notation, OF_DOCUMENTS, setNumeral } from "./notation.ts";

/** How figures, shares and dates are set for somebody who reads. */
export type Reader = {
  readonly notation: Notation;
  /** A share of one in percent, with so many digits after the decimal sign. */
  readonly percent: (share: number, digits: number) => string;
  /** A calendar date, `2026-11-22`. */
  readonly date: (date: string) => string;
  /** A month of the calendar, `2026-11`. */
  readonly month: (month: string) => string;
  /** A day without its year. */
  readonly day: (date: string) => string;
  /** An instant in UTC. */
  readonly instant: (at: UnixMillis) => string;
};

/** The reader of whom nothing is known. */
export const ANY_READER: Reader = {
  notation: OF_DOCUMENTS,
  percent: (share, digits) => `${(share * 100).toFixed(digits)} %`,
  date: dateInWords,
  month: (month) => dateInWords(`${month}-01`).replace(/^\d+ /, ""),
  day: (date) => dateInWords(date).replace(/ \d{4}$/, ""),
  instant: instantInWords,
};

// A count in groups, a fraction, or a calendar date, as a word of its own.
const NUMERAL = String.raw`(?<![\w.,:/]|\w-)(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)(?![\w-]|[.,:]\d)`;
const SHARE = String.raw`(?<![\w.,:/]|\w-)\d+(?:\.\d+)? %`;
const DATE = String.raw`(?<![\w./-])\d{4}-\d{2}-\d{2}(?![\w/-])`;
const QUOTED = "“[^”]*”|`[^`]*`";

/**
 * Text that has the notation of documents, with its figures, shares and dates as a reader sets them. What is
 * quoted stays, and so do the names that may stand in it, whatever digits they hold.
 */
export function setAnew(text: string, { notation, date, percent }: Reader, names: readonly string[]): string {
  const kept = [
    QUOTED,
    ...names.filter((name) => /\d/.test(name)).map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)),
  ].join("|");
  return text.replaceAll(
    new RegExp(`${kept}|(?<date>${DATE})|(?<share>${SHARE})|(?<numeral>${NUMERAL})`, "g"),
    (found, ...rest) => {
      const { date: day, share, numeral } = rest.at(-1);
      if (day !== undefined) return date(day);
      if (share !== undefined) return shareAnew(share, percent);
      return numeral === undefined ? found : numeralAnew(numeral, notation);
    },
  );
}

function shareAnew(share: string, percent: Reader["percent"]): string {
  const numeral = share.slice(0, -2);
  const [whole = ""] = numeral.split(".");
  return percent(Number(numeral) / 100, Math.max(0, numeral.length - whole.length - 1));
}

// A fraction without groups, such as a budget, gets none.
function numeralAnew(numeral: string, notation: Notation): string {
  const isGrouped = numeral.includes(",");
  return setNumeral(
    numeral.replaceAll(",", ""),
    isGrouped ? notation : { ...notation, least: Number.POSITIVE_INFINITY },
  );
}

/** Text whose figures are the reader's already, with its calendar dates as the reader sets them. */
export function datesAnew(text: string, { date }: Reader): string {
  return text.replaceAll(new RegExp(DATE, "g"), (day) => date(day));
}

/** The reader by the field `Accept-Language`. */
export function readerOf(accepted: string | undefined): Reader {
  const locale = localeOf(accepted);
  return locale === null ? ANY_READER : readerIn(locale);
}

const MOST_LANGUAGES = 20;

// Language, script and region (RFC 5646); no locale that figures depend on needs more.
const TAG = /^[a-z]{2,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?$/i;

/** The language that is wanted most of those whose ways are known; null where none is asked for. */
function localeOf(accepted: string | undefined): string | null {
  if (accepted === undefined) return null;
  const ranges = accepted.split(",", MOST_LANGUAGES).map((range) => {
    const [tag = "", ...parameters] = range.split(";").map((part) => part.trim());
    const quality = /^q=([01](?:\.\d{0,3})?)$/i.exec(parameters.join(";"))?.[1];
    return { tag, quality: quality === undefined ? 1 : Number(quality) };
  });
  const wanted = ranges.filter(({ tag, quality }) => quality > 0 && TAG.test(tag));
  wanted.sort((left, right) => right.quality - left.quality);
  return wanted.map(({ tag }) => knownLocale(tag)).find((locale) => locale !== null) ?? null;
}

function knownLocale(tag: string): string | null {
  const [known] = Intl.NumberFormat.supportedLocalesOf([tag]);
  return known === undefined
    ? null
    : new Intl.Locale(known, { numberingSystem: "latn", calendar: "gregory" }).toString();
}

function readerIn(locale: string): Reader {
  const formatOf = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
    return (date: string) => {
      const at = startOfDate(date);
      return at.ok ? format.format(at.value) : date;
    };
  };
  const instant = new Intl.DateTimeFormat(locale, { timeZone: "UTC", dateStyle: "medium", timeStyle: "short" });
  const month = formatOf({ year: "numeric", month: "short" });
  return {
    notation: notationIn(locale),
    percent: (share, digits) =>
      new Intl.NumberFormat(locale, {
        ...{ style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits },
      }).format(share),
    date: formatOf({ dateStyle: "medium" }),
    month: (named) => month(`${named}-01`),
    day: formatOf({ month: "short", day: "numeric" }),
    instant: (at) => `${instant.format(at)} UTC`,
  };
}

// Read off a number that is long enough to show all of it.
function notationIn(locale: string): Notation {
  const format = new Intl.NumberFormat(locale, { minimumFractionDigits: 1 });
  const parts = format.formatToParts(12_345_678.5);
  const partOf = (type: string) =>
    parts
      .filter((part) => part.type === type)
      .slice(0, 1)
      .map(({ value }) => value)
      .join("");
  const groups = parts.filter(({ type }) => type === "integer").map(({ value }) => value.length);
  const isGroupedEarly = format.formatToParts(1_234).some(({ type }) => type === "group");
  return {
    group: partOf("group"),
    decimal: partOf("decimal"),
    further: groups.at(-2) ?? OF_DOCUMENTS.further,
    least: isGroupedEarly ? 4 : 5,
  };
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

// An instant in UTC: `22 Nov 2026, 10:14 UTC`.
function instantInWords(at: UnixMillis): string {
  const [date = "", clock = ""] = isoInstant(at).split("T");
  return `${dateInWords(date)}, ${clock.slice(0, 5)} UTC`;
}

// A calendar date, `2026-11-22`, as people write it: `22 Nov 2026`.
function dateInWords(date: string): string {
  const [year = "", month = "", day = ""] = date.split("-");
  return `${Number(day)} ${MONTHS[Number(month) - 1] ?? month} ${year}`;
}
