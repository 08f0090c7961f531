// What the pages do beside what htmx does: copy a digest, tell times in the reader's zone, keep menus open while the
// sentence changes, and move through the inbox by keyboard. Without it every page still works.

document.documentElement.classList.add("scripted");

// As the room sets dates: in the first of the reader's languages, with digits 0 to 9.
const LATIN = { numberingSystem: "latn", calendar: "gregory" };
const inZone = new Intl.DateTimeFormat(navigator.languages, { dateStyle: "medium", timeStyle: "short", ...LATIN });

function tellTimes(place) {
  for (const time of place.querySelectorAll("time[datetime]")) {
    time.title = time.textContent;
    time.textContent = inZone.format(new Date(time.dateTime));
  }
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button[data-copy]");
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
  if (button === null) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = "copied";
});

// A part of the sentence that is open stays open when the sentence comes back changed.
let open = [];
document.addEventListener("htmx:beforeSwap", () => {
  open = [...document.querySelectorAll("details.menu[open]")].map(({ id }) => id);
});
document.addEventListener("htmx:afterSettle", ({ target }) => {
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  open = [];
  tellTimes(target);
});
document.addEventListener("htmx:responseError", () => location.reload());

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const cards = [...document.querySelectorAll(".cards > .card")];
  if (cards.length === 0) return;
  const at = cards.findIndex((card) => card.contains(document.activeElement));
  if (event.key === "j") cards[Math.min(at + 1, cards.length - 1)].focus();
  else if (event.key === "k") cards[Math.max(at - 1, 0)].focus();
  else if (event.key === "a") cards[Math.max(at, 0)].querySelector("button.approve").focus();
  else if (event.key === "d") cards[Math.max(at, 0)].querySelector("input[name=because]").focus();
  else return;
  event.preventDefault();
});

tellTimes(document);
