// The page that shows what the worker finds in the log. It keeps the last checkpoint that held, from one time to the
// next, and gives nothing to the room but requests for what is verified.

const place = document.querySelector(".verify");
const NAME = `concordat log ${place.dataset.log}`;
const worker = new Worker(place.dataset.worker, { type: "module" });
const numbers = new Intl.NumberFormat(navigator.languages, { numberingSystem: "latn" });
const part = (name) => place.querySelector(name);

const sentence = (says) => `${says.charAt(0).toUpperCase()}${says.slice(1)}${/[.!?]$/.test(says) ? "" : "."}`;

function mark(step, state, says) {
  const line = part(`[data-step="${step}"]`);
  for (const shown of line.querySelectorAll("[data-state]")) shown.hidden = shown.dataset.state !== state;
  line.dataset.found = state;
  line.querySelector(".says").textContent = says;
}

function kept() {
  const text = localStorage.getItem(NAME);
  return text === null ? null : JSON.parse(text);
}

function verify() {
  for (const line of place.querySelectorAll("[data-step]")) mark(line.dataset.step, "waiting", "");
  part(".outcome").textContent = "";
  for (const button of place.querySelectorAll(".again, .evidence, .forget")) button.hidden = true;
  worker.postMessage({ kind: "log", kept: kept(), now: Date.now() });
}

const say = {
  unread: ({ says }) => conclude(false, `This log could not be verified: ${says}.`),
  done: ({ kept: next, evidence }) => {
    if (next !== null) localStorage.setItem(NAME, JSON.stringify(next));
    part(".evidence").hidden = evidence === null;
    part(".evidence").onclick = () => keepFile("concordat-evidence.json", evidence);
    const holds = "The log holds. This browser keeps its checkpoint, and holds the next one against it.";
    const fails = "This log does not hold. Ask the room's operator, and compare with other partners.";
    conclude(next !== null, next === null ? fails : holds);
  },
  receipt: ({ isGood, says }) => result(part(".receipt-outcome"), isGood, sentence(says)),
};

function keepFile(name, text) {
  const link = document.createElement("a");
  link.download = name;
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.click();
  URL.revokeObjectURL(link.href);
}

function conclude(isGood, says) {
  result(part(".outcome"), isGood, says);
  part(".again").hidden = false;
  part(".forget").hidden = localStorage.getItem(NAME) === null;
}

function result(line, isGood, says) {
  line.classList.toggle("permit", isGood);
  line.classList.toggle("deny", !isGood);
  line.textContent = says;
}

worker.addEventListener("message", ({ data }) => {
  if (data.kind !== undefined) say[data.kind](data);
  else if (data.state === "at-work")
    mark(data.step, "at-work", `${numbers.format(data.done)} of ${numbers.format(data.of)}`);
  else mark(data.step, data.state, sentence(data.says));
});
worker.addEventListener("error", ({ message }) => conclude(false, `This log could not be verified: ${message}`));

part(".again").addEventListener("click", verify);
part(".forget").addEventListener("click", () => {
  localStorage.removeItem(NAME);
  verify();
});

const form = part(".receipt-form");
async function checkReceipt(file) {
  const text = file === undefined ? form.elements.receipt.value : await file.text();
  form.elements.receipt.value = text;
  worker.postMessage({ kind: "receipt", text });
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  checkReceipt();
});
form.elements.file.addEventListener("change", () => checkReceipt(form.elements.file.files[0]));
form.addEventListener("dragover", (event) => event.preventDefault());
form.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files.length > 0) checkReceipt(event.dataTransfer.files[0]);
});

verify();
