// How numbers, shares and dates are set for whoever reads a page, by the languages that their browser asks for
// (RFC 9110 §12.5.4). Text stays English. Digits are 0 to 9 in every locale, so that a figure can be found and typed
// as shown.

import { createContext, useContext } from "hono/jsx";
import { startOfDate, type UnixMillis } from "../domain/instant.ts";
import { type Notation, OF_DOCUMENTS, setNumeral } from "../domain/notation.ts";
import { counted, figure } from "../domain/policy/words.ts";
import { dateInWords, instantInWords } from "./words.ts";

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

/** Whoever reads the page that is being rendered. */
export const ReaderContext = createContext<Reader | null>(null);

/**
 * The reader of the page that is being rendered: for components, and for what they call.
 * @throws Error where no page is being rendered, as in a page's own function, which has the reader of its visit
 */
export function useReader(): Reader {
  const reader = useContext(ReaderContext);
  if (reader === null) throw new Error("a figure is set where no page is being rendered");
  return reader;
}

/** A count as the reader of the page sets it. */
export function setFigure(count: number): string {
  return figure(count, useReader().notation);
}

/** `1 day`, `1.200 days`, as the reader sets the count. */
export function shownCount(count: number, thing: string): string {
  return counted(count, thing, useReader().notation);
}

/** A numeral, such as `0.5` or `12.30`, as the reader sets it. */
export function shownNumeral(numeral: string): string {
  return setNumeral(numeral, useReader().notation);
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
  const ranges = (accepted ?? "").split(",", MOST_LANGUAGES).map((range) => {
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
  const partOf = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  const groups = parts.filter(({ type }) => type === "integer").map(({ value }) => value.length);
  const isGroupedEarly = format.formatToParts(1_234).some(({ type }) => type === "group");
  return {
    group: partOf("group"),
    decimal: partOf("decimal"),
    further: groups.at(-2) ?? OF_DOCUMENTS.further,
    least: isGroupedEarly ? 4 : 5,
  };
}
