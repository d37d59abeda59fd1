/* The rows of a schema save themselves; keys add and move them; nobody leaves before what was typed is saved. */
(() => {
  "use strict";
  const form = document.getElementById("schema-form");
  if (!form) return;
  const rows = document.getElementById("schema-rows");
  const SAVE_MS = 150;
  const RETRY_MS = 5000;
  let sent = values();
  // "stored"; "ready": a button stores it; "unstored": it cannot be stored as it is.
  const state = () => document.getElementById("schema-seen").dataset.state;
  let refused = state() === "unstored" ? sent : null;
  let typed = new Map();
  let swapping = false;
  let keep = "";
  let then = null;
  let leaving = false;
  let timer = 0;

  function values() {
    return new Map([...form.elements].filter((one) => one.id && one.type !== "submit" && one.type !== "hidden")
      .map((one) => [one.id, one.type === "checkbox" ? one.checked : one.value]));
  }
  const differing = (before) => [...values()].filter(([id, value]) => before.get(id) !== value);
  const dirty = () => differing(sent).length > 0 || refused === sent || state() === "ready";
  const say = (words) => { document.getElementById("schema-state").textContent = words; };
  const save = () => { clearTimeout(timer); htmx.trigger("#schema-save", "save"); };

  const isOurs = (event) => event.target === form || ["schema-save", "try", "row-previous", "row-next"].includes(event.target.id);

  const showProblems = () => {
    form.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
    form.querySelectorAll("[id$='-problem']").forEach((one) => { one.hidden = true; one.textContent = ""; });
    document.querySelectorAll("#schema-problems > li").forEach((item) => {
      const input = document.getElementById(item.dataset.for);
      const place = document.getElementById(`${item.dataset.for}-problem`);
      if (input) input.setAttribute("aria-invalid", "true");
      if (!place) return;
      place.hidden = false;
      place.textContent = item.textContent;
      const fold = place.closest("details");
      if (fold) fold.open = true;
    });
  };

  form.addEventListener("input", () => say("Not saved yet"));
  form.addEventListener("change", () => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_MS);
  });

  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (isOurs(event)) sent = values();
  });
  // What was typed after the request was sent, and which folds are open, outlast the rows that come.
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.detail.target !== rows) return;
    swapping = true;
    typed = new Map(differing(sent));
    rows.querySelectorAll("details[open].c-more").forEach((fold) => typed.set(fold.id, null));
  });
  document.body.addEventListener("htmx:oobAfterSwap", (event) => {
    // It comes for each part of the answer.
    if (event.detail.target !== rows || !swapping) return;
    swapping = false;
    sent = values();
    typed.forEach((value, id) => {
      const one = document.getElementById(id);
      if (!one) return;
      if (value === null) one.open = true;
      else if (one.type === "checkbox") one.checked = value;
      else if (one.tagName !== "SELECT") one.value = value;
    });
    typed.clear();
    if (differing(sent).length) timer = setTimeout(save, SAVE_MS);
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (!isOurs(event)) return;
    if (!event.detail.successful) return;
    leaving = event.detail.xhr.getResponseHeader("HX-Redirect") !== null;
    if (leaving) return;
    refused = state() === "unstored" ? sent : null;
    showProblems();
    if (keep) document.getElementById(keep)?.focus();
    keep = "";
    if (differing(sent).length) say("Not saved yet");
    const go = then;
    then = null;
    if (go && refused === null) go();
  });
  const failed = () => {
    then = null;
    say("Not saved: the site doesn’t answer. It tries again by itself.");
    clearTimeout(timer);
    timer = setTimeout(() => { if (dirty()) save(); }, RETRY_MS);
  };
  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((name) => document.body.addEventListener(name, (event) => {
    if (isOurs(event)) failed();
  }));

  // Keys. The buttons of a row's menu do the same.
  const press = (line, act, from = "") => {
    const button = line.querySelector(`:scope > .row button[value^="${act}:"]`);
    if (!button || button.disabled) return;
    keep = from;
    button.click();
  };
  form.addEventListener("keydown", (event) => {
    const line = event.target.closest(".line");
    if (!line || event.isComposing) return;
    if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown") && event.target.tagName !== "SELECT") {
      event.preventDefault();
      press(line, event.key === "ArrowUp" ? "up" : "down", event.target.id);
      return;
    }
    const adds = event.target.closest(".c-name, .c-desc, .c-lim");
    if (event.key !== "Enter" || event.shiftKey || !adds) {
      if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault();
      return;
    }
    event.preventDefault();
    const next = line.nextElementSibling?.querySelector(".c-name input");
    if (next) next.focus();
    else press(line, "after");
  });

  // Whatever leads away waits for what was typed; what cannot be saved is asked about by the browser.
  const first = (event, go) => {
    if (!differing(sent).length) return;
    event.preventDefault();
    event.stopPropagation();
    then = go;
    save();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button;
    if (link && "discard" in link.dataset) leaving = !elsewhere;
    else if (link && !elsewhere && !link.getAttribute("href").startsWith("#")) first(event, () => link.click());
  }, true);
  document.addEventListener("submit", (event) => {
    if (event.target === form) leaving = true;
    else first(event, () => event.target.requestSubmit(event.submitter));
  }, true);
  document.body.addEventListener("htmx:afterRequest", (event) => { leaving &&= event.detail.successful; });
  addEventListener("beforeunload", (event) => { if (dirty() && !leaving) event.preventDefault(); });
  showProblems();
})();
