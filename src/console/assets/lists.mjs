// The page *Lists*: a file is dropped or chosen, a thread of its own reads and hashes it, and this sends the hashed
// parts and has drawn how far they are. It never reads the file itself.

import {
  draw,
  drawBar,
  drawColumns,
  drawFailure,
  drawProgress,
  drawReport,
  find,
  made,
  panel,
  say,
  saySealing,
} from "./list-drawing.mjs";

const zone = find(".drop-zone");
let worker = null;
let state = null;

function startWorker(onMessage) {
  worker?.terminate();
  worker = new Worker(panel.dataset.worker);
  worker.addEventListener("message", ({ data }) => {
    if (data.kind === "failed") stopped(data.says, data.next);
    else onMessage(data);
  });
  worker.addEventListener("error", () => stopped("the file could not be read", "reload the page and try again"));
}

function stopWorker() {
  worker?.terminate();
  worker = null;
}

function stopped(what, next) {
  stopWorker();
  drawFailure(what, next);
}

function failed(error) {
  stopped(error.message, error.next ?? "choose the same file again: what has arrived is not sent twice");
}

function chosen(file) {
  const country = document.querySelector("[name=country]")?.value.toUpperCase() || undefined;
  state = { file, parts: 0 };
  say(`Looking at the columns of ${file.name} …`);
  draw();
  if (panel.id === "draft") {
    startWorker(fillIn);
    worker.postMessage({ kind: "propose", file, country });
    return;
  }
  state.schema = JSON.parse(panel.dataset.schema);
  startWorker(told);
  worker.postMessage({ kind: "look", file, schema: state.schema, country });
}

function told(data) {
  if (data.kind === "seen") drawColumns(data, state.schema, (picked) => start(picked).catch(failed));
  else if (data.kind === "progress") drawProgress(data, state);
  else if (data.kind === "part") sendPart(data).then(() => worker?.postMessage({ kind: "sent" }), failed);
  else if (data.kind === "hashed") {
    stopWorker();
    drawReport(data, state.file.name, commitAct(data.digests));
  }
}

// Declaring a list: its form is filled in from the file's first rows.
function fillIn({ header, draft }) {
  stopWorker();
  const lines = draft.attributes.map(({ column, values }) => `${column}: ${values.join(", ")}`);
  const { record, email, phone } = draft;
  for (const [name, value] of Object.entries({ record, email, phone, attributes: lines.join("\n") })) {
    if (value) document.querySelector(`[name=${name}]`).value = value;
  }
  say(`The form is filled in from ${header.length} columns. Look it over: a column that is not named stays.`);
}

async function called(method, path, { body, headers = {} } = {}) {
  const response = await fetch(path, { method, body, headers: { accept: "application/json", ...headers } });
  const reply = await response.json();
  if (response.ok) return reply;
  const isPassing = response.status >= 500 || response.status === 429 || reply.type === "/problems/digest-mismatch";
  throw Object.assign(new Error(reply.detail ?? reply.title), { next: reply.next, isPassing });
}

function posted(path, fields) {
  return called("POST", path, { body: new URLSearchParams([["token", panel.dataset.token], ...fields]) });
}

// A new upload, or the one that the address names. From then on the address is that of this upload.
async function start({ columns, country, change: wanted }) {
  const { resume, uploads } = panel.dataset;
  const upload =
    resume === undefined
      ? await posted(uploads, [["change", wanted]])
      : await called("GET", `/console/uploads/${resume}`);
  const { id, change, parts: known } = upload;
  Object.assign(panel.dataset, { resume: id, change });
  history.replaceState(null, "", `?upload=${id}`);
  state = { ...state, ...drawBar(), upload: id };
  const { file, schema } = state;
  worker.postMessage({ kind: "hash", file, schema, columns, country, change, known });
}

function base64(hex) {
  return btoa(String.fromCharCode(...hex.match(/../g).map((pair) => Number.parseInt(pair, 16))));
}

/** Seconds for which a connection that broke is waited for, two minutes in all, before the part goes again. */
const PAUSES = [1, 2, 4, 8, 15, 30, 60];

async function sendPart(part, [pause, ...later] = PAUSES) {
  const { number, digest, bytes } = part;
  const path = `/console/uploads/${state.upload}/parts/${number}`;
  const field = `sha-256=:${base64(digest)}:`;
  const headers = { "content-type": "text/csv", "content-digest": field, "form-token": panel.dataset.token };
  const broke = await called("PUT", path, { body: bytes, headers }).then(
    () => null,
    (error) => error,
  );
  if (broke === null) {
    state.parts = number;
    return;
  }
  const isPassing = broke.isPassing ?? broke instanceof TypeError;
  if (!isPassing || pause === undefined) throw broke;
  say(`The connection broke; part ${number} goes again in ${pause} s.`);
  await new Promise((resolve) => setTimeout(resolve, pause * 1_000));
  return sendPart(part, later);
}

function commitAct(digests) {
  const button = made("button", { type: "button", text: "Put this list in force" });
  const from = "From then on questions are answered on it. The version before stays for what was asked on it.";
  button.addEventListener("click", () => {
    button.disabled = true;
    const looking = setInterval(look, 500);
    commit(digests)
      .catch(failed)
      .finally(() => clearInterval(looking));
  });
  return made("div", { className: "ask", children: [made("p", { text: from }), button] });
}

async function commit(digests) {
  const parts = digests.map((digest) => ["part", digest]);
  const { sequence, href } = await posted(`/console/uploads/${state.upload}/commit`, parts);
  location.assign(`${href}?brought=${sequence}`);
}

// A look that fails is no matter: the answer to the commit tells what came of it.
async function look() {
  const [seen] = await Promise.allSettled([called("GET", `/console/uploads/${state.upload}`)]);
  if (seen.status === "fulfilled" && seen.value.progress.phase === "sealing") saySealing(seen.value.progress);
}

find("input[type=file]").addEventListener("change", ({ target }) => {
  if (target.files.length > 0) chosen(target.files[0]);
});
for (const name of ["dragover", "dragleave", "drop"]) {
  zone.addEventListener(name, (event) => {
    event.preventDefault();
    zone.classList.toggle("over", name === "dragover");
    if (name === "drop" && event.dataTransfer.files.length > 0) chosen(event.dataTransfer.files[0]);
  });
}
