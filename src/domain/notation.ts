// How numbers are set in sentences for people. Documents, signed texts and evidence have one notation, whoever reads
// them; pages may have their reader's.

export type Notation = {
  /** Stands between groups of digits. */
  readonly group: string;
  /** Stands before a fraction. */
  readonly decimal: string;
  /** Digits in each group but the last, which has three: two in India. */
  readonly further: number;
  /** Digits from which a whole number is set in groups: five in Spain and Poland, four elsewhere. */
  readonly least: number;
};

/** The notation of documents: `1,234,567.89`. */
export const OF_DOCUMENTS: Notation = { group: ",", decimal: ".", further: 3, least: 4 };

/** A decimal numeral, such as `-1234.50`, as the notation sets it. O(digits). */
export function setNumeral(numeral: string, { group, decimal, further, least }: Notation): string {
  const [whole = "", fraction] = numeral.split(".");
  const digits = whole.replace(/^-/, "");
  const sign = whole.startsWith("-") ? "-" : "";
  const groups = digits.length < least ? [digits] : [...groupsOf(digits.slice(0, -3), further), digits.slice(-3)];
  return `${sign}${groups.join(group)}${fraction === undefined ? "" : `${decimal}${fraction}`}`;
}

function groupsOf(digits: string, size: number): string[] {
  const first = digits.length % size;
  const groups = digits.slice(first).match(new RegExp(`.{${size}}`, "g"));
  return [...(first === 0 ? [] : [digits.slice(0, first)]), ...(groups === null ? [] : groups)];
}
