// Unicode white space (the property White_Space), which `String.prototype.trim` does not follow: that one leaves
// U+0085 and takes U+FEFF.

const LEADING = /^\p{White_Space}+/u;
const TRAILING = /\p{White_Space}+$/u;
const INSIDE = /\p{White_Space}/u;
const VISIBLE_ASCII = /^[\x21-\x7e]*$/;

/** The text without Unicode white space at its ends. O(length). */
export function trimWhiteSpace(text: string): string {
  if (VISIBLE_ASCII.test(text)) return text;
  const cut = text.replace(LEADING, "");
  const last = cut.at(-1);
  return last !== undefined && INSIDE.test(last) ? cut.replace(TRAILING, "") : cut;
}

/** Whether any character of the text is Unicode white space. */
export function hasWhiteSpace(text: string): boolean {
  return INSIDE.test(text);
}
