/* A correction that was typed and not saved is left only when that is meant. */
(() => {
  "use strict";
  const QUESTION = "The correction is not saved. Discard it?";
  const pane = document.getElementById("pane");
  if (!pane) return;
  const form = () => pane.querySelector("#correct form");

  const before = (select) => Math.max(0, [...select.options].findIndex((option) => option.defaultSelected));
  const changed = (field) => {
    if (field.nodeName === "SELECT") return field.selectedIndex !== before(field);
    return "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue;
  };
  const isDirty = () => Boolean(form()) && ("unsaved" in form().dataset || [...form().elements].some(changed));

  document.body.addEventListener("htmx:confirm", (event) => {
    if (event.detail.target !== pane || event.detail.elt === form() || !isDirty()) return;
    if (!confirm(QUESTION)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close]") || !isDirty() || confirm(QUESTION)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  addEventListener("beforeunload", (event) => { if (isDirty()) event.preventDefault(); });
})();
