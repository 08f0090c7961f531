// The form that names people: its fields have no names, so nothing of them is ever sent. They are hashed in a worker,
// and the hashes alone go with the form.

const form = document.querySelector("form.people");
const worker = new Worker(form.dataset.worker, { type: "module" });
const told = form.querySelector(".told");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  told.textContent = "";
  const country = form.querySelector("[data-country]").value.trim();
  const typed = [...form.querySelectorAll("[data-kind]")].filter(({ value }) => value.trim() !== "");
  if (typed.length === 0) {
    told.textContent = "Say by what the person is known.";
    return;
  }
  worker.postMessage(
    typed.map(({ dataset, value }) => ({
      kind: dataset.kind,
      text: value.trim(),
      ...(country === "" ? {} : { country }),
    })),
  );
});

worker.addEventListener("message", ({ data }) => {
  if (data.identifiers === undefined) {
    const label = form.querySelector(`[data-kind="${data.kind}"]`).closest("label").firstChild.textContent;
    told.textContent = `${label.trim()} cannot be read: ${data.says}.`;
    return;
  }
  form.elements.identifiers.value = JSON.stringify(data.identifiers);
  for (const field of form.querySelectorAll("[data-kind]")) field.value = "";
  form.submit();
});
worker.addEventListener("error", ({ message }) => {
  told.textContent = `Nothing was sent: ${message}`;
});
