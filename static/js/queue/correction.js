/* A correction that was typed and not saved is left only when that is meant. */
(() => {
  "use strict";
  const QUESTION = "The correction is not saved. Discard it?";
  const pane = document.getElementById("pane");
  if (!pane) return;
  const forms = () => [...pane.querySelectorAll("#correct form")];

  /* A field is corrected where it stands: its pencil, or a double click on it, opens the form at its input. */
  const correct = (id) => {
    const form = document.getElementById("correct");
    if (!form) return false;
    form.open = true;
    const input = document.getElementById(id);
    const place = input?.closest(".formrow") ?? form;
    place.scrollIntoView({ block: "nearest" });
    (place.querySelector("input:not([type=hidden]), select, textarea:not([hidden])") ?? input)?.focus();
    return true;
  };
  pane.addEventListener("click", (event) => {
    const pen = event.target.closest("[data-edit]");
    if (pen && !event.ctrlKey && !event.metaKey && !event.shiftKey && correct(pen.dataset.edit)) event.preventDefault();
  });
  pane.addEventListener("dblclick", (event) => {
    const field = event.target.closest("[data-edits]");
    if (field && !event.target.closest("a, summary") && document.querySelector(".fields.ed")) correct(field.dataset.edits);
  });

  const before = (select) => Math.max(0, [...select.options].findIndex((option) => option.defaultSelected));
  const changed = (field) => {
    if (field.nodeName === "SELECT") return field.selectedIndex !== before(field);
    return "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue;
  };
  const isUnsaved = (form) => "unsaved" in form.dataset || [...form.elements].some((one) => one.name && changed(one));
  const isDirty = () => forms().some(isUnsaved);

  document.body.addEventListener("htmx:confirm", (event) => {
    const isMeant = forms().includes(event.detail.elt) || event.detail.elt.matches("[data-discard]");
    if (event.detail.target !== pane || isMeant || !isDirty()) return;
    if (!confirm(QUESTION)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close]") || !isDirty() || confirm(QUESTION)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  pane.addEventListener("keydown", (event) => {
    const form = event.target.closest("#correct form");
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  addEventListener("beforeunload", (event) => { if (isDirty()) event.preventDefault(); });
})();
