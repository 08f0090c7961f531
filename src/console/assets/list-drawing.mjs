// What the page *Lists* draws: which column is which, how far an upload is, and what the match doctor says. Texts are
// written as texts alone.

export const panel = document.querySelector("#bring, #draft");
export const find = (name) => panel.querySelector(name);
const [steps, says] = [find(".drop-steps"), find(".progress-says")];
const numbers = new Intl.NumberFormat(navigator.languages, { numberingSystem: "latn" });

/** An element with its members, texts as texts. */
export function made(name, { text, children = [], ...members } = {}) {
  const node = Object.assign(document.createElement(name), members);
  if (text !== undefined) node.textContent = text;
  node.append(...children);
  return node;
}

/** Puts these in the place of the steps before. */
export function draw(...nodes) {
  steps.replaceChildren(...nodes);
}

/** Says something where a screen reader hears of it; unseen, where the page shows the same anyway. */
export function say(text, isUnseen = false) {
  says.textContent = text;
  says.classList.toggle("unseen", isUnseen);
}

function sentence(text) {
  const plain = text.replaceAll("`", "");
  return `${plain.charAt(0).toUpperCase()}${plain.slice(1)}${/[.!?]$/.test(plain) ? "" : "."}`;
}

/** What was refused, in the words of the problem documents, with the way out. */
export function drawFailure(what, next) {
  const lines = [made("p", { text: sentence(what) }), made("p", { text: `Next: ${sentence(next)}` })];
  const card = made("div", { className: "card refusal", children: lines });
  card.setAttribute("role", "alert");
  draw(card);
  say("");
}

const CHANGES = [
  ["replace", "it is the whole list"],
  ["upsert", "its rows are added, or take the place of earlier ones"],
  ["delete", "its rows name whom to delete"],
];

function option(value, text, selected) {
  return made("option", { value, text, selected });
}

function labelled(text, note, field) {
  const id = `note-${text.replaceAll(/[^a-z]/gi, "-")}`;
  const small = note === "" ? [] : [made("small", { id, text: note })];
  field.setAttribute("aria-label", text);
  if (note !== "") field.setAttribute("aria-describedby", id);
  return made("label", { children: [document.createTextNode(`${text} `), ...small, field] });
}

function columnField(header, { column, holds, from, by, doubt }) {
  const select = made("select", { name: column, required: true });
  select.append(option("", "not found: choose it", from === null));
  for (const name of new Set(header)) select.append(option(name, name, name === from));
  const note = doubt ?? (by === "content" ? "by what stands in it" : from === null ? "no column is like it" : "");
  const field = labelled(holds, note, select);
  field.classList.toggle("doubted", doubt !== null || from === null);
  return field;
}

/** The columns that were recognised, to be looked over; tells what was picked once the form is sent. */
export function drawColumns({ header, columns }, schema, picked) {
  const { dataset } = panel;
  const change = made("select", { disabled: dataset.resume !== undefined });
  for (const [value, text] of CHANGES) change.append(option(value, text, value === (dataset.change ?? "replace")));
  const country = made("input", { type: "text", maxLength: 2, pattern: "[A-Za-z]{2}", autocomplete: "off" });
  const form = made("form", { className: "fields", children: columns.map((one) => columnField(header, one)) });
  if (schema.identifiers.phone !== undefined || "name+postcode" in schema.identifiers)
    form.append(labelled("Country of phones without code", "two letters, such as GB", country));
  if ("hasVersion" in dataset) form.append(labelled("This file", "", change));
  form.append(made("button", { type: "submit", text: "Hash it here and send the digests" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = [...form.querySelectorAll("select[required]")].map(({ name, value }) => [value, name]);
    picked({ columns: chosen, country: country.value.toUpperCase() || undefined, change: change.value });
  });
  draw(made("h3", { text: "Which column is which" }), form);
  const missing = columns.filter(({ from }) => from === null).length;
  say(missing === 0 ? "Every column is found." : `${missing} of ${columns.length} columns are to be chosen.`);
}

/** The bar of an upload that begins. */
export function drawBar() {
  const bar = made("progress", { max: 1, value: 0 });
  bar.setAttribute("aria-label", "How far the list is read, hashed and sent");
  draw(bar, made("p", { className: "under rate" }));
  return { bar, began: performance.now(), spoken: 0 };
}

/** How far it is: rows, their rate, parts, and the time that is left. */
export function drawProgress({ rows, bytes }, state) {
  const { bar, file, began } = state;
  const [share, seconds] = [Math.min(1, bytes / file.size), (performance.now() - began) / 1_000];
  bar.value = share;
  const left = share > 0 ? Math.ceil((seconds / share) * (1 - share)) : 0;
  const rate = numbers.format(Math.round(rows / Math.max(seconds, 0.1)));
  const sofar = `${numbers.format(rows)} rows, ${rate} a second, ${numbers.format(state.parts)} parts sent`;
  find(".rate").textContent = `${sofar}, about ${left} s left`;
  // A screen reader hears of it now and then, not a hundred times a second.
  if (seconds - state.spoken < 5 && state.spoken > 0) return;
  state.spoken = seconds;
  say(`${Math.round(100 * share)} percent, about ${left} seconds left.`, true);
}

/** How far the room is with a list that is being put in force. */
export function saySealing({ rows, rowsTotal }) {
  const whole = rowsTotal === null ? "" : ` of ${numbers.format(rowsTotal)}`;
  say(`Sealing: ${numbers.format(rows)}${whole} rows.`);
}

function oddity({ isGrave, says: what, next }) {
  const words = [made("strong", { text: sentence(what) }), document.createTextNode(` ${sentence(next)}`)];
  return made("li", { className: isGrave ? "grave" : "", children: words });
}

function refusedLink(rows, name) {
  const link = made("a", { href: URL.createObjectURL(rows), download: `refused-rows-of-${name}` });
  link.textContent = "Save the refused rows";
  return made("p", {
    children: [link, document.createTextNode(", each with its line and the reason. They stay with you.")],
  });
}

/** What the match doctor says of a list that has arrived, and what may be done with it. */
export function drawReport({ counts, oddities, lines, isRefused, refusedRows }, name, act) {
  const { rows, hashed, blank, refused } = counts;
  const [all, some, none, bad] = [rows, hashed, blank, refused].map((count) => numbers.format(count));
  const nodes = [
    made("h3", { text: "What the match doctor says" }),
    made("p", { text: `${all} rows read: ${some} hashed and sent, ${none} without identifier, ${bad} refused.` }),
  ];
  if (oddities.length === 0) nodes.push(made("p", { text: "Nothing about it is odd." }));
  else nodes.push(made("ul", { className: "oddities", children: oddities.map(oddity) }));
  if (refusedRows !== null) nodes.push(refusedLink(refusedRows, name));
  const columns = [made("summary", { text: "Column by column" }), made("pre", { text: lines.join("\n") })];
  nodes.push(made("details", { children: columns }));
  const mend = made("p", { text: "It cannot be put in force like this: mend it and bring it again." });
  draw(...nodes, isRefused ? mend : act);
  say("Everything has arrived. Nothing is in force yet.");
}
