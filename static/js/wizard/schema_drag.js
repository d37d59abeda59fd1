/* Fields dragged to another place; the buttons beside them do the same. */
(() => {
  "use strict";
  const form = document.getElementById("field-acts");
  if (!form) return;
  let dragged = null;

  const line = (event) => event.target.closest?.(".fields > li");

  document.addEventListener("dragstart", (event) => {
    const grip = event.target.closest?.("[data-grip]");
    if (!grip) return;
    dragged = grip.closest("li");
    dragged.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", grip.dataset.grip);
    event.dataTransfer.setDragImage(dragged, 12, 12);
  });
  document.addEventListener("dragover", (event) => {
    const over = dragged && line(event);
    if (!over) return;
    event.preventDefault();
    if (over === dragged) return;
    const box = over.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) over.before(dragged);
    else over.after(dragged);
  });
  document.addEventListener("drop", (event) => { if (dragged && line(event)) event.preventDefault(); });
  document.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("dragged");
    const name = dragged.querySelector("[data-grip]").dataset.grip;
    const to = [...dragged.parentElement.children].indexOf(dragged);
    dragged = null;
    // The order that the server answers with is the one that counts, also where nothing changed.
    htmx.ajax("POST", form.getAttribute("action"), { source: form, swap: "none", values: { place: name, to } });
  });
})();
