// How the console spells what the room's rules say: sentences with a capital and a full stop, instants, roles.

import { isoInstant, type UnixMillis } from "../domain/instant.ts";
import type { Role } from "../domain/person/person.ts";

/** A sentence of the rules, which come in lower case without a full stop, as people read one. */
export function sentence(text: string): string {
  const plain = text.replaceAll("`", "");
  const opened = `${plain.charAt(0).toUpperCase()}${plain.slice(1)}`;
  return /[.!?”]$/.test(opened) ? opened : `${opened}.`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** An instant in UTC, until the page's script puts it into the reader's own zone: `22 Nov 2026, 10:14 UTC`. */
export function instantInWords(at: UnixMillis): string {
  const [date = "", clock = ""] = isoInstant(at).split("T");
  return `${dateInWords(date)}, ${clock.slice(0, 5)} UTC`;
}

/** A calendar date, `2026-11-22`, as people write it: `22 Nov 2026`. */
export function dateInWords(date: string): string {
  const [year = "", month = "", day = ""] = date.split("-");
  return `${Number(day)} ${MONTHS[Number(month) - 1] ?? month} ${year}`;
}

/** What a person is called by what they may do. */
export const ROLE_WORDS = {
  marketer: "marketer",
  compliance: "compliance officer",
  admin: "administrator",
  operator: "operator",
} as const satisfies Record<Role, string>;

/** A word of the documents, such as `cross-sell` or `postal_code`, without its joints. */
export function plainWord(slug: string): string {
  return slug.replaceAll(/[-_]/g, " ");
}
