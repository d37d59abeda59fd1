/* Fields dragged to another place among those they are with; the buttons in a row's menu do the same. */
(() => {
  "use strict";
  const form = document.getElementById("schema-form");
  if (!form) return;
  let dragged = null;

  const line = (event) => {
    let over = event.target.closest?.(".line");
    while (over && over.parentElement !== dragged.parentElement) over = over.parentElement.closest(".line");
    return over;
  };

  document.addEventListener("dragstart", (event) => {
    const grip = event.target.closest?.(".grip");
    if (!grip) return;
    dragged = grip.closest(".line");
    dragged.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.querySelector("input[name$=-name]").value);
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
    const act = `place:${dragged.dataset.key}`;
    dragged = null;
    // The rows are sent in the order that they have now. The one that the server answers with counts.
    htmx.ajax("POST", form.getAttribute("action"), { source: form, swap: "none", values: { act } });
  });
})();
