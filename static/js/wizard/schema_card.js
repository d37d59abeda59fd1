/* The open field card: confirmed only with a name, and left only when that is meant. */
(() => {
  "use strict";
  const QUESTION = "The open field has changes that are not confirmed. Discard them?";
  let leaving = false;
  const card = () => document.getElementById("field-card");

  const changed = (form) => [...form.elements].some((input) => (
    input.type === "checkbox" || input.type === "radio" ? input.checked !== input.defaultChecked
      : "defaultValue" in input && input.type !== "hidden" && input.value !== input.defaultValue));
  const dirty = () => {
    const form = card();
    return Boolean(form) && ("unsaved" in form.dataset || changed(form));
  };

  const named = () => {
    const form = card();
    if (!form) return;
    const missing = !form.elements.name.value.trim();
    document.getElementById("card-confirm").disabled = missing;
    document.getElementById("card-why").hidden = !missing;
  };

  document.addEventListener("input", (event) => { if (event.target.form === card()) named(); });
  document.body.addEventListener("htmx:afterSettle", named);
  // A request that is not the card's own would take the card away.
  document.body.addEventListener("htmx:confirm", (event) => {
    const from = event.detail.elt;
    if (from === card() || from.id === "card-cancel" || !dirty()) return;
    if (!confirm(QUESTION)) event.preventDefault();
  });
  document.addEventListener("submit", (event) => { if (event.target === card()) leaving = true; });
  document.body.addEventListener("htmx:afterRequest", () => { leaving = false; });
  addEventListener("beforeunload", (event) => { if (dirty() && !leaving) event.preventDefault(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest("#field-card") && !dirty()) document.getElementById("card-cancel").click();
  });
  named();
})();
