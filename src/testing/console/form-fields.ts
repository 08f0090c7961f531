// What a browser would send of a form, read out of the text of its page, for visitors without one.

const MARKS = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };

/** The fields of the form of an id as they stand on a page. */
export function formFields(html: string, id: string): URLSearchParams {
  const [form = ""] = new RegExp(`<form id="${id}".*?</form>`, "s").exec(html) ?? [];
  const fields = new URLSearchParams();
  for (const [control] of form.matchAll(/<input [^>]*>|<select .*?<\/select>|<textarea .*?<\/textarea>/gs)) {
    const name = attributeIn(control, "name");
    const value = sentValue(control);
    if (name !== null && value !== null) fields.append(name, value);
  }
  return fields;
}

function sentValue(control: string): string | null {
  if (control.startsWith("<textarea")) return plain(/>(.*)</s.exec(control)?.[1] ?? "");
  if (control.startsWith("<select")) {
    const options = [...control.matchAll(/<option [^>]*>/g)].map(([option]) => option);
    return attributeIn(options.find((option) => / selected/.test(option)) ?? options[0] ?? "", "value");
  }
  if (attributeIn(control, "type") === "checkbox" && !/ checked/.test(control)) return null;
  return attributeIn(control, "value") ?? "";
}

function attributeIn(tag: string, name: string): string | null {
  const found = new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
  return found === undefined ? null : plain(found);
}

function plain(text: string): string {
  return Object.entries(MARKS).reduceRight((told, [mark, letter]) => told.replaceAll(mark, letter), text);
}
