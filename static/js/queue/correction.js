/* A correction that was typed and not saved is left only when that is meant. */
(() => {
  "use strict";
  const QUESTION = "The correction is not saved. Discard it?";
  const pane = document.getElementById("pane");
  if (!pane) return;
  const forms = () => [...pane.querySelectorAll("#correct form")];

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
