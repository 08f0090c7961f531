// How people and clerks spell: the same address and the same number in many ways, some of them damaged.

import { below, chosen } from "./integers.ts";
import type { Person } from "./people.ts";

type Words = () => number;

/** The person's address as one list may hold it: nine in ten differ in nothing that matters, a few are damaged. */
export function speltEmail(person: Person, words: Words): string {
  const email = below(words(), 100) < 3 ? person.otherEmail : person.email;
  const style = below(words(), 1000);
  if (style < 690) return email;
  if (style < 800) return capitalised(email);
  if (style < 850) return email.toUpperCase();
  if (style < 900) return ` ${email}`;
  if (style < 950) return `${email} `;
  if (style < 960) return `\u00a0${email}\t`;
  if (style < 990) return email.normalize("NFD");
  if (style < 994) return capitalised(email).replace("@", "@\u00ad");
  return damagedEmail(email, words);
}

/** An address that no normalising mends. */
export function damagedEmail(email: string, words: Words): string {
  const [local = "", domain = ""] = email.split("@");
  return chosen(words(), [
    `${local}${domain}`,
    `${local}@@${domain}`,
    `${local} @${domain}`,
    `${local}@`,
    `@${domain}`,
    local,
  ]);
}

/**
 * The person's number in a national or an international spelling; one in three hundred is cut short.
 * @param home  the country whose national spelling a reader of the list would expect; `undefined`: the person's own
 */
export function speltPhone(person: Person, home: string | undefined, words: Words): string {
  const { callingCode, trunk, code } = person.country;
  const national = trunk + grouped(person.phone, words);
  const international = grouped(person.phone, words);
  if (below(words(), 300) === 0) return `+${callingCode} ${international.slice(0, 4)}`;
  const isAtHome = home === undefined || home === code;
  const style = below(words(), 100);
  if (isAtHome && style < 55) return style < 10 && trunk !== "" ? national.replace(trunk, `(${trunk})`) : national;
  if (style < 65 && trunk !== "") return `+${callingCode} (${trunk})${international}`;
  if (style < 72 && code !== "US") return `00${callingCode} ${international}`;
  if (style < 73) return `＋${callingCode} ${international}`;
  return style < 85 ? `+${callingCode}${person.phone}` : `+${callingCode} ${international}`;
}

function capitalised(email: string): string {
  return email.replace(
    /(^|[.@_+])(\p{Letter})/gu,
    (_all, before: string, letter: string) => before + letter.toUpperCase(),
  );
}

const SEPARATORS = [" ", " ", " ", ".", "-", "\u2011", "", "/"];

function grouped(digits: string, words: Words): string {
  const separator = chosen(words(), SEPARATORS);
  const size = 2 + below(words(), 2);
  const groups = digits.match(new RegExp(`.{1,${size}}`, "g"));
  return groups === null ? digits : groups.join(separator);
}
