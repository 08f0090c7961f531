// How the console spells what the room's rules say: sentences with a capital and a full stop, answers, roles.

import type { Role } from "../domain/person/person.ts";
import type { Analysis } from "../domain/policy/limits-document.ts";

/** A sentence of the rules, which come in lower case without a full stop, as people read one. */
export function sentence(text: string): string {
  const plain = text.replaceAll("`", "");
  const opened = `${plain.charAt(0).toUpperCase()}${plain.slice(1)}`;
  return /[.!?”]$/.test(opened) ? opened : `${opened}.`;
}

/** What a person is called by what they may do. */
export const ROLE_WORDS = {
  marketer: "marketer",
  compliance: "compliance officer",
  admin: "administrator",
  operator: "operator",
} as const satisfies Record<Role, string>;

/** What one answer is called, with a capital. */
export const ANSWER_WORDS = {
  overlap: "Overlap",
  crosstab: "Cross-tab",
  affinity: "Affinity",
  trend: "Trend",
  audience: "Audience",
  suppression: "Suppression list",
} as const satisfies Record<Analysis, string>;

/** A word of the documents, such as `cross-sell` or `postal_code`, without its joints. */
export function plainWord(slug: string): string {
  return slug.replaceAll(/[-_]/g, " ");
}
