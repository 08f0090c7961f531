// Writes the raw customer list of a demo partner: invented people, believable spelling, a few faults. The same seed
// gives the same people to every partner, so their lists overlap as those of real neighbours do.

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { below, chosen, wordsFrom } from "./integers.ts";
import { DEMO_PARTNERS, type DemoPartner, isKnown, type Person, personOf } from "./people.ts";
import { RAW_LISTS, type RawList } from "./rows.ts";
import { damagedEmail, speltEmail, speltPhone } from "./spelling.ts";

type CustomersRequest = {
  readonly partner: DemoPartner;
  /** Rows below the header, people on two rows counted twice. */
  readonly rows: number;
  readonly seed: number;
  /** A file, replaced when it is there, or a stream, which is ended. */
  readonly out: string | Writable;
};

/**
 * Writes a header and `rows` rows of CSV (RFC 4180, UTF-8). About 2.5 % of the people stand on a second row in another
 * spelling; about 0.3 % of the rows have a fault. Some 20 µs a row; memory does not grow with the rows.
 */
export async function writeCustomers({ partner, rows, seed, out }: CustomersRequest): Promise<void> {
  const stream = typeof out === "string" ? createWriteStream(out) : out;
  const list = RAW_LISTS[partner];
  const whole = finished(stream);
  let text = csvLine(list.header);
  for (const cells of customerRows({ partner, rows, seed })) {
    text += csvLine(cells);
    if (text.length < 65_536) continue;
    if (!stream.write(text)) await Promise.race([once(stream, "drain"), whole]);
    text = "";
  }
  stream.end(text);
  await whole;
}

type Rows = Omit<CustomersRequest, "out">;

function* customerRows({ partner, rows, seed }: Rows): Generator<readonly string[]> {
  const list = RAW_LISTS[partner];
  const words = wordsFrom(seed + 7_919 * (1 + DEMO_PARTNERS.indexOf(partner)));
  let person: Person | undefined;
  let number = 0;
  for (let row = 0; row < rows; row++) {
    const isSecondRow = person !== undefined && below(words(), 1000) < 25;
    if (person === undefined || !isSecondRow) {
      while (!isKnown(seed, number, partner)) number++;
      person = personOf(seed, number++);
    }
    yield customerRow(list, { person, row, words });
  }
}

type Customer = { readonly person: Person; readonly row: number; readonly words: () => number };

function customerRow(list: RawList, { person, row, words }: Customer): readonly string[] {
  const absence = below(words(), 100);
  const parts = {
    person,
    record: recordOf(list, row),
    email: absence < 4 ? "" : speltEmail(person, words),
    phone: absence >= 4 && absence < 18 ? "" : speltPhone(person, list.home, words),
  };
  const isFaulty = below(words(), 1000) < 3;
  if (!isFaulty) return list.cells(parts);
  const fault = chosen(words(), ["email", "nobody", "attribute"]);
  if (fault === "email") return list.cells({ ...parts, email: damagedEmail(person.email, words), phone: "" });
  if (fault === "nobody") return list.cells({ ...parts, email: "", phone: "  " });
  return list.cells(parts).map((cell) => (cell === person.country.region ? "unknown" : cell));
}

/** A reference that tells nothing of the row's place, different for each row up to a hundred million. */
function recordOf({ recordPrefix }: RawList, row: number): string {
  return recordPrefix + String((row * 38_712_407 + 10_477_613) % 100_000_000).padStart(8, "0");
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")}\n`;
}
