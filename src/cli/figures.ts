// Numbers and tables for people: thousands grouped, units named, columns aligned.

import { decimal } from "../domain/policy/words.ts";

const GROUPED = new Intl.NumberFormat("en-GB");

/** `6120` as `6,120`. */
export function grouped(count: number): string {
  return GROUPED.format(count);
}

/** Bytes in the unit that reads best, of 1,000: `1.6 MB`. */
export function sized(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** A figure of a release, in units of 10^-scale. */
export type Figure = {
  readonly released?: number | undefined;
  readonly interval?: readonly number[] | undefined;
  readonly says?: string | undefined;
};

/** A figure of a release, as wide as it is sure: `6,120 ± 38 (95 %)`. */
export function shownFigure({ released, interval, says }: Figure, scale = 0): string {
  const told = (units: number) => (scale === 0 ? grouped(units) : decimal(units, scale));
  if (released === undefined) return says ?? "withheld";
  const [low, high] = interval ?? [];
  if (low === undefined || high === undefined) return told(released);
  if (high - released === released - low) return `${told(released)} ± ${told(high - released)} (95 %)`;
  return `${told(released)}, from ${told(low)} to ${told(high)} (95 %)`;
}

/** Billionths of rho, as the ledger counts them, in rho: `5000` as `0.000005 rho`. */
export function shownRho(nanoRho: string): string {
  const digits = nanoRho.padStart(10, "0");
  const fraction = digits.slice(-9).replace(/0+$/, "");
  return `${digits.slice(0, -9)}${fraction === "" ? "" : `.${fraction}`} rho`;
}

/** Rows with each column as wide as its widest cell, two spaces apart; `indent` spaces before each. */
export function aligned(rows: readonly (readonly string[])[], indent = 0): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  return rows.map((row) => {
    const cells = row.map((cell, at) => cell.padEnd(widths[at] ?? 0));
    return `${" ".repeat(indent)}${cells.join("  ")}`.trimEnd();
  });
}
