/* Only what htmx cannot do: ticks of columns, a range with Shift, X; a key is invalid while its problem is said. */
(() => {
  "use strict";
  const form = document.getElementById("map-form");
  if (!form) return;
  const ticks = () => [...form.querySelectorAll("tbody .k-tick input")];
  let last = null;

  const show = () => {
    const list = ticks();
    const ticked = list.filter((one) => one.checked).length;
    const all = form.querySelector("[data-all]");
    if (!all) return;
    all.indeterminate = ticked > 0 && ticked < list.length;
    if (ticked < list.length) all.checked = false;
    const every = all.checked ? Number(all.dataset.all) : ticked;
    form.querySelectorAll("[data-ticked]").forEach((one) => { one.textContent = every.toLocaleString("en-US"); });
  };
  const upTo = (tick) => {
    const list = ticks();
    const [from, to] = [list.indexOf(last), list.indexOf(tick)].sort((a, b) => a - b);
    if (from >= 0) for (const one of list.slice(from, to + 1)) one.checked = tick.checked;
  };

  form.addEventListener("click", (event) => {
    const tick = event.target.closest("tbody .k-tick input");
    if (tick) {
      if (event.shiftKey) upTo(tick);
      last = tick;
      show();
      return;
    }
    // Not a reset: that would bring back earlier modes too.
    if (event.target.closest("[data-clear]")) {
      event.preventDefault();
      form.querySelectorAll(".k-tick input").forEach((one) => { one.checked = false; });
      show();
    }
  });
  form.addEventListener("change", (event) => {
    if (!event.target.matches("[data-all]")) return;
    for (const one of ticks()) one.checked = event.target.checked;
    show();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select")) return;
    const tick = document.activeElement.closest("#map-form tbody tr")?.querySelector(".k-tick input");
    if (!tick) return;
    tick.checked = !tick.checked;
    if (event.shiftKey) upTo(tick);
    last = tick;
    show();
  });

  document.body.addEventListener("htmx:afterSettle", () => {
    show();
    form.querySelectorAll(".key").forEach((key) => {
      const problem = document.getElementById(key.getAttribute("aria-describedby"));
      if (problem?.textContent.trim()) key.setAttribute("aria-invalid", "true");
      else key.removeAttribute("aria-invalid");
    });
  });
  // A key may be longer than its field: pointing at it shows the whole, also of what was just typed.
  form.addEventListener("input", (event) => {
    if (event.target.matches(".key")) event.target.title = event.target.value;
  });
  // Beyond the first and the last row there is nothing to ask for.
  document.addEventListener("click", (event) => {
    if (event.target.closest(".livehead [aria-disabled=true]")) event.preventDefault();
  });
  show();
})();
