/* Ticked rows: how many in the bar of their acts, all of the page at once, a range with Shift, and the keys of a row. */
(() => {
  "use strict";
  const box = document.querySelector(".gridbox");
  if (!box) return;
  const ticks = () => [...box.querySelectorAll("tbody .k-tick input")];
  let last = null;

  const show = () => {
    const list = ticks();
    const ticked = list.filter((one) => one.checked).length;
    const all = box.querySelector("[data-tick-all]");
    if (!all) return;
    all.checked = ticked > 0 && ticked === list.length;
    all.indeterminate = ticked > 0 && ticked < list.length;
    box.querySelectorAll("[data-ticked]").forEach((one) => { one.textContent = ticked.toLocaleString("en-US"); });
    // An act for so many of them says why it is none for others.
    box.querySelectorAll("[data-needs]").forEach((one) => {
      const fits = ticked === Number(one.dataset.needs);
      one.setAttribute("aria-disabled", String(!fits));
      one.title = fits ? "" : one.dataset.why;
    });
  };
  const upTo = (tick) => {
    const list = ticks();
    const [from, to] = [list.indexOf(last), list.indexOf(tick)].sort((a, b) => a - b);
    if (from >= 0) for (const one of list.slice(from, to + 1)) one.checked = tick.checked;
  };

  box.addEventListener("click", (event) => {
    if (event.target.closest("[data-needs][aria-disabled=true]")) event.preventDefault();
    const tick = event.target.closest("tbody .k-tick input");
    if (!tick) return;
    if (event.shiftKey) upTo(tick);
    last = tick;
    show();
  });
  box.addEventListener("change", (event) => {
    if (!event.target.matches("[data-tick-all]")) return;
    for (const one of ticks()) one.checked = event.target.checked;
    show();
  });
  box.addEventListener("reset", () => setTimeout(show));
  // Enter in the field for the row to go to is that form's; no button of a row is meant.
  box.addEventListener("submit", (event) => { if (!event.submitter) event.preventDefault(); });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    if (document.querySelector(":popover-open")) return;
    if (event.key.toLowerCase() === "x") {
      const row = document.activeElement.closest("tbody > tr") ?? box.querySelector("tbody > tr.on");
      const tick = row?.querySelector(".k-tick input");
      if (!tick) return;
      tick.checked = !tick.checked;
      if (event.shiftKey) upTo(tick);
      last = tick;
      show();
    } else if (event.key === "Escape" && !document.querySelector("#detail-title") && ticks().some((one) => one.checked)) box.reset();
    else if (["j", "k"].includes(event.key) && !document.querySelector("#detail-title") && !document.activeElement.closest("tbody")) {
      box.querySelector("tbody th a")?.focus();
    }
  });
  document.body.addEventListener("htmx:afterSettle", show);
  show();
})();

/* A list of choices shows those that have what is typed above it. */
document.addEventListener("input", (event) => {
  const wanted = event.target.dataset.find;
  if (!wanted) return;
  const text = event.target.value.trim().toLowerCase();
  for (const one of event.target.closest("form, .finds").querySelectorAll(wanted)) one.hidden = !one.textContent.toLowerCase().includes(text);
});
