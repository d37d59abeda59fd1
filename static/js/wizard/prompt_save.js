/* The template saves itself: what is saved and what is not, and nobody leaves before it is. */
(() => {
  "use strict";
  const form = document.getElementById("prompt-form");
  if (!form) return;
  const area = form.elements.prompt_template;
  const RETRY_MS = 5000;
  let saved = "unsaved" in form.dataset ? null : area.value;
  let refused = saved === null ? area.value : null;
  let sent = null;
  let then = null;
  let leaving = false;
  let retry = 0;

  const dirty = () => area.value !== saved;
  const say = (words) => { document.getElementById("prompt-state").textContent = words; };
  const save = () => htmx.trigger(area, "save");

  const settled = () => {
    const problem = document.getElementById("prompt-problem");
    area.toggleAttribute("aria-invalid", false);
    if (problem.querySelector("[data-unsaved], [data-problem]")) area.setAttribute("aria-invalid", "true");
    problem.querySelectorAll("[data-line]").forEach((button) => { button.hidden = false; });
  };

  area.addEventListener("input", () => {
    document.getElementById("prompt-length").textContent = area.value.length.toLocaleString("en");
    if (dirty()) say("Saving…");
  });
  area.addEventListener("blur", () => { if (dirty() && area.value !== refused) save(); });
  area.addEventListener("tokens:closed", () => { if (dirty()) save(); });

  // A trial asks how far it is: that saves nothing.
  const isOurs = (event) => event.target.id !== "trial";
  form.addEventListener("htmx:beforeRequest", (event) => {
    if (!isOurs(event)) return;
    // Half a token is no template: it waits until one is chosen or the list is closed.
    if (area.hasAttribute("aria-controls") && event.target === area) event.preventDefault();
    else sent = area.value;
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (!isOurs(event) || !event.detail.successful || event.detail.xhr.status === 204) return;
    const wasRefused = Boolean(document.querySelector("#prompt-problem [data-unsaved]"));
    delete form.dataset.unsaved;
    if (wasRefused) refused = sent;
    else saved = sent;
    if (dirty() && !wasRefused) say("Saving…");
    settled();
    const go = then;
    then = null;
    if (go && !dirty()) go();
  });
  const failed = () => {
    then = null;
    say("Not saved: offline. It tries again by itself.");
    clearTimeout(retry);
    retry = setTimeout(() => { if (dirty()) save(); }, RETRY_MS);
  };
  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((name) => {
    form.addEventListener(name, (event) => { if (isOurs(event)) failed(); });
  });

  // Whatever leads away waits for what was typed; what cannot be saved is asked about by the browser.
  const first = (event, go) => {
    if (!dirty() || area.value === refused) return;
    event.preventDefault();
    event.stopPropagation();
    then = go;
    save();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button;
    if (link && !elsewhere && !link.getAttribute("href").startsWith("#")) first(event, () => link.click());
  }, true);
  document.addEventListener("submit", (event) => {
    if (event.target === form) leaving = true;
    else first(event, () => event.target.requestSubmit(event.submitter));
  }, true);
  addEventListener("beforeunload", (event) => { if (dirty() && !leaving) event.preventDefault(); });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-line]");
    if (!button) return;
    const lines = area.value.split("\n");
    const at = Math.min(Number(button.dataset.line), lines.length) - 1;
    const start = lines.slice(0, at).reduce((sum, line) => sum + line.length + 1, 0);
    area.focus();
    area.setSelectionRange(start, start + lines[at].length);
  });
  settled();
})();
