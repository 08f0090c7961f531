// Texts in a row as people type them in one line, `gold, silver`: a text that holds a mark of the line stands in
// quotation marks, a quotation mark in it twice, as in a CSV file.

const NEEDS_QUOTES = /[",;:=/]|^\s|\s$/;

/** A text as one of a line. */
export function quoted(text: string): string {
  return text === "" || NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line cut at a mark that stands outside of quotation marks; parts without white space around them, none empty. */
export function cutAt(line: string, mark: "," | ";" | ":" | "=" | "/"): string[] {
  const parts = [""];
  let isQuoted = false;
  for (const letter of line) {
    if (letter === '"') isQuoted = !isQuoted;
    if (letter === mark && !isQuoted) parts.push("");
    else parts.push(`${parts.pop()}${letter}`);
  }
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** What a part of a line says. */
export function unquoted(part: string): string {
  return /^"(?:[^"]|"")*"$/.test(part) ? part.slice(1, -1).replaceAll('""', '"') : part;
}

/** The texts of a line, parted by commas. */
export function textsIn(line: string): string[] {
  return cutAt(line, ",").map(unquoted);
}

/** Texts as a line. */
export function textsAsLine(texts: readonly string[]): string {
  return texts.map(quoted).join(", ");
}
