// Instants and days without a clock: printing, parsing and whole-day arithmetic on the proleptic Gregorian calendar.

import type { Brand } from "./brand.ts";
import { err, ok, type Result } from "./result.ts";

/** Milliseconds since 1970-01-01T00:00:00Z, an integer. */
export type UnixMillis = Brand<number, "UnixMillis">;

/** A whole number of days, at least 1. */
export type Days = Brand<number, "Days">;

export const DAY_MILLIS = 86_400_000;
export const HOUR_MILLIS = 3_600_000;

/**
 * Takes a whole number of milliseconds since the Unix epoch.
 * @throws RangeError when the value is not a safe integer, which is a bug of the caller
 */
export function unixMillis(value: number): UnixMillis {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole number of milliseconds: ${value}`);
  // SAFETY: checked above to be a safe integer.
  return value as UnixMillis;
}

/** The RFC 3339 form of an instant, UTC, with milliseconds: `2026-11-22T10:00:00.000Z`. Years 1970 to 9999. */
export function isoInstant(at: UnixMillis): string {
  const millis = at % DAY_MILLIS;
  const clock = [Math.floor(millis / 3_600_000), Math.floor(millis / 60_000) % 60, Math.floor(millis / 1_000) % 60];
  return `${isoDate(at)}T${clock.map((part) => padded(part, 2)).join(":")}.${padded(millis % 1_000, 3)}Z`;
}

/** The UTC calendar date of an instant: `2026-11-22`. */
export function isoDate(at: UnixMillis): string {
  const { year, month, day } = civil(Math.floor(at / DAY_MILLIS));
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
}

/** Midnight UTC at the start of a date written `YYYY-MM-DD`; a date that the calendar lacks is refused. */
export function startOfDate(date: string): Result<UnixMillis, "not-a-date"> {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  if (parts === null) return err("not-a-date");
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  if (year < 1970 || month < 1 || month > 12 || day < 1) return err("not-a-date");
  const at = unixMillis(dayNumber(year, month, day) * DAY_MILLIS);
  return isoDate(at) === date ? ok(at) : err("not-a-date");
}

/**
 * The date so many days after another, or before it when `days` is negative.
 * @throws Error for a text that is no date, which no schema lets through
 */
export function dayFrom(date: string, days: number): string {
  const start = startOfDate(date);
  if (!start.ok) throw new Error(`${start.error}: ${date}`);
  return isoDate(unixMillis(start.value + days * DAY_MILLIS));
}

/**
 * Days of an ISO 8601 duration in one unit: `P30D`, `P12W`, `P3M`, `P1Y`.
 * A month counts as 30 days and a year as 365, so that windows never depend on where in the calendar they lie.
 */
export function durationDays(duration: string): Result<Days, "not-a-duration"> {
  const parts = /^P([1-9]\d{0,3})([DWMY])$/.exec(duration);
  if (parts === null) return err("not-a-duration");
  const unit = { D: 1, W: 7, M: 30, Y: 365 }[parts[2] ?? ""];
  if (unit === undefined) return err("not-a-duration");
  // SAFETY: a positive integer times a positive integer.
  return ok((Number(parts[1]) * unit) as Days);
}

function padded(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

// Days to date and back: eras of 400 years that begin on 1 March, so that the leap day ends a year.
// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013), states and proves both directions.

function civil(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

function dayNumber(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
