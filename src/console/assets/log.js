// The log as it grows: the room tells that there is more, and the page is read again as its address says, filters and
// all. It rests when nobody has touched the page for ten minutes, since reading keeps a session alive.

const REST_MILLIS = 600_000;
const log = () => document.querySelector(".log");
const live = (says) => {
  document.querySelector(".live").textContent = says;
};

let source = null;
let resting = 0;

function rest() {
  source?.close();
  source = null;
  live("The page rests. Touch it to go on.");
}

function watch() {
  clearTimeout(resting);
  resting = setTimeout(rest, REST_MILLIS);
  if (source !== null) return;
  source = new EventSource(`/console/log/events?after=${log().dataset.size}`);
  source.addEventListener("open", () => live("Live: new entries appear by themselves."));
  source.addEventListener("error", () => live("Not connected. New entries appear once it is."));
  source.addEventListener("grown", ({ data }) => readAgain(data));
}

async function readAgain(size) {
  if (log().dataset.size === size) return;
  const reply = await fetch(location.href);
  if (!reply.ok || reply.redirected) return rest();
  const next = new DOMParser().parseFromString(await reply.text(), "text/html").querySelector(".log");
  if (next === null) return rest();
  const [typed, shown] = [log().querySelector("[name=search]").value, next.querySelector("[name=search]")];
  const isTyping = document.activeElement?.name === "search";
  log().replaceWith(next);
  // As after any part that came anew: times are told in the reader's zone.
  next.dispatchEvent(new CustomEvent("htmx:afterSettle", { bubbles: true }));
  shown.value = typed;
  if (isTyping) shown.focus();
  live(`Live: the log has ${Number(size).toLocaleString(navigator.languages, { numberingSystem: "latn" })} entries.`);
}

if (log().dataset.size !== undefined) {
  watch();
  for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, watch);
}
