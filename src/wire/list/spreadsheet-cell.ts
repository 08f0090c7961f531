// A cell of a CSV that opens in a spreadsheet: quoted where RFC 4180 asks for it, and never a formula.

/** The text of a cell. What begins like a formula or a control character is prefixed with an apostrophe. */
export function spreadsheetCell(text: string): string {
  const first = text.charCodeAt(0);
  const safe = /^[=+\-@]/.test(text) || first < 32 ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
