// Reads the YAML that compose.yaml is written in, and refuses all other: maps and lists by indentation of two, plain or
// double-quoted scalars, lists of quoted scalars in brackets. The file is checked without a parser of all of YAML.

export type Yaml = string | null | readonly Yaml[] | { readonly [name: string]: Yaml };

type Line = { readonly indent: number; readonly text: string; readonly number: number };

/** The document of a text. @throws for what is not of the subset, with its line */
export function readYaml(text: string): Yaml {
  const lines = text.split("\n").flatMap((line, index): Line[] => {
    const content = line.trim();
    if (content === "" || content.startsWith("#")) return [];
    return [{ indent: line.length - line.trimStart().length, text: content, number: index + 1 }];
  });
  const [value, rest] = block(lines, 0);
  if (rest.length > 0) throw fault(rest[0], "stands further in or out than it may");
  return value;
}

type Read<Value> = readonly [value: Value, rest: readonly Line[]];

function block(lines: readonly Line[], indent: number): Read<Yaml> {
  const [first] = lines;
  if (first === undefined || first.indent < indent) return [null, lines];
  if (first.indent > indent) throw fault(first, "is indented by other than two");
  return first.text.startsWith("- ") ? listIn(lines, indent) : mapIn(lines, indent);
}

function listIn(lines: readonly Line[], indent: number): Read<readonly Yaml[]> {
  const items: Yaml[] = [];
  let rest = lines;
  for (let [line] = rest; line?.indent === indent && line.text.startsWith("- "); [line] = rest) {
    items.push(scalar(line, line.text.slice(2)));
    rest = rest.slice(1);
  }
  return [items, rest];
}

function mapIn(lines: readonly Line[], indent: number): Read<Yaml> {
  const members: { [name: string]: Yaml } = {};
  let rest = lines;
  for (let [line] = rest; line?.indent === indent; [line] = rest) {
    const [, name, value] = /^([A-Za-z_][\w-]*):(?: (.+))?$/.exec(line.text) ?? [];
    if (name === undefined) throw fault(line, "is no `name: value`");
    if (name in members) throw fault(line, "is there twice");
    rest = rest.slice(1);
    if (value !== undefined) members[name] = scalar(line, value);
    else [members[name], rest] = block(rest, indent + 2);
  }
  return [members, rest];
}

function scalar(line: Line, text: string): Yaml {
  if (text.startsWith('"')) return quoted(line, text);
  if (text.startsWith("[")) return JSON.parse(text);
  // What a reader of all of YAML would take for something else than text.
  if (/^[[\]{}&*!|>%@`'#]|: | #/.test(text)) throw fault(line, "is not a scalar of the subset");
  return text;
}

function quoted(line: Line, text: string): string {
  if (!/^"(?:[^"\\]|\\.)*"$/.test(text)) throw fault(line, "is not one quoted text");
  return JSON.parse(text);
}

function fault(line: Line | undefined, says: string): SyntaxError {
  return new SyntaxError(`line ${line?.number}: \`${line?.text}\` ${says}`);
}
