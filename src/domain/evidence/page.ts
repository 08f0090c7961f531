// The page of an evidence file: sections as HTML that opens offline in any browser, without script or outside asset,
// dark or light, its tables readable on a phone. The evidence itself stands at the end of the page, line by line.

/** A table; every row has a cell for each column. */
export type Table = { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] };

/** A part of the page: paragraphs, then a list, then a table, each where there is one. */
export type Section = {
  readonly title: string;
  readonly says: readonly string[];
  readonly list?: readonly string[];
  readonly table?: Table;
};

/** What a page tells, before it is HTML. */
export type Story = { readonly title: string; readonly lead: readonly string[]; readonly sections: readonly Section[] };

const OPENING = '<pre id="evidence">\n';
const CLOSING = "</pre>\n</details>\n</main>\n</body>\n</html>\n";

/** The whole file: the story, and under it the lines of the evidence. One text for the same story and lines. */
export function evidencePage(story: Story, lines: readonly string[]): string {
  const { title, lead, sections } = story;
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
    '<meta name="color-scheme" content="light dark">\n',
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
    `<title>${escaped(title)}</title>\n<style>\n${STYLE}</style>\n</head>\n<body>\n<main>\n`,
    `<h1>${escaped(title)}</h1>\n${lead.map(paragraph).join("")}`,
    sections.map(sectionHtml).join(""),
    '<details class="evidence">\n<summary>The evidence itself, for <code>concordat audit verify</code></summary>\n',
    `${OPENING}${lines.map((line) => `${inText(line)}\n`).join("")}${CLOSING}`,
  ].join("");
}

/** The lines of the evidence in a page as they stand there, or null where a page has none. Nothing is verified. */
export function linesInPage(page: string): readonly string[] | null {
  const start = page.lastIndexOf(OPENING);
  if (start < 0) return null;
  const from = start + OPENING.length;
  // Where the end is not as it should be it is the page that was altered, and not the line before.
  const until = page.includes(CLOSING, from) ? page.indexOf(CLOSING, from) : page.length - CLOSING.length;
  if (until <= from) return null;
  const lines = page.slice(from, until).split("\n");
  return (lines.at(-1) === "" ? lines.slice(0, -1) : lines).map(outOfText);
}

function sectionHtml({ title, says, list, table }: Section): string {
  const paragraphs = says.map(paragraph).join("");
  return `<section>\n<h2>${escaped(title)}</h2>\n${paragraphs}${listHtml(list)}${tableHtml(table)}</section>\n`;
}

function listHtml(list: readonly string[] | undefined): string {
  if (list === undefined || list.length === 0) return "";
  return `<ul>\n${list.map((item) => `<li>${escaped(item)}</li>\n`).join("")}</ul>\n`;
}

function tableHtml(table: Table | undefined): string {
  if (table === undefined || table.rows.length === 0) return "";
  const { columns, rows } = table;
  const head = columns.map((column) => `<th scope="col">${escaped(column)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map((cell, at) => cellHtml(cell, columns[at])).join("")}</tr>\n`).join("");
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body}</tbody>\n</table>\n`;
}

// On a phone rows become cards, in which each cell brings the name of its column along.
function cellHtml(cell: string, column: string | undefined): string {
  const lines = cell.split("\n").map((line) => `<span>${escaped(line)}</span>`);
  return `<td data-column="${escaped(column === undefined ? "" : column)}">${lines.join("")}</td>`;
}

function paragraph(text: string): string {
  return `<p>${escaped(text)}</p>\n`;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
]);

function escaped(text: string): string {
  return Array.from(text, (character) => ENTITIES.get(character) ?? character).join("");
}

// JSON is full of quotes, which text needs no entities for.
function inText(line: string): string {
  return line.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function outOfText(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&amp;", "&");
}

const STYLE = `:root { color-scheme: light dark }
:root { --ink: #1c2024; --faint: #5b6470; --line: #d5dae0; --paper: #fff; --shade: #f4f6f8 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8eaed; --faint: #a2abb5; --line: #3a4149; --paper: #15181b; --shade: #1f2428 }
}
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 4rem }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--line) }
p, li { max-width: 60rem; margin: .4rem 0; overflow-wrap: anywhere }
ul { padding-left: 1.2rem }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; font-size: .92rem }
th { text-align: left; color: var(--faint); font-weight: 600; white-space: nowrap }
th, td { padding: .45rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere }
td { min-width: 4.5rem }
td span { display: block }
tbody tr:nth-child(odd) { background: var(--shade) }
details { margin-top: 3rem; color: var(--faint) }
summary { cursor: pointer }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .72rem }
@media (max-width: 44rem) {
  thead { display: none }
  table, tbody, tr, td { display: block }
  tr { margin: .75rem 0; border: 1px solid var(--line); border-radius: .4rem }
  td { border-bottom: 0; padding: .3rem .6rem }
  td::before { content: attr(data-column); display: block; color: var(--faint); font-size: .8rem }
}
@media print { details { display: none } }
`;
