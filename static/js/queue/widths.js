/* Columns are drawn wider at the line behind their heads; the site keeps the widths. The pane is drawn at its left end,
   or with arrow keys there; the browser keeps that, for it depends on the window. */
(() => {
  "use strict";
  const LEAST = 56, MOST = 1200, PANE_LEAST = 320, STEP = 24;
  const KEPT = "pane-width";

  /* `move` gets how far the pointer is from where it began. */
  const draw = (event, move, end) => {
    event.preventDefault();
    const from = event.clientX;
    const handle = event.target;
    handle.setPointerCapture(event.pointerId);
    const moved = (now) => move(now.clientX - from);
    handle.addEventListener("pointermove", moved);
    handle.addEventListener("pointerup", () => {
      handle.removeEventListener("pointermove", moved);
      end?.();
    }, { once: true });
  };

  document.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-resize]");
    if (!handle || event.button) return;
    const head = handle.closest("th"), table = handle.closest("table");
    const column = table.querySelectorAll("col")[head.cellIndex];
    const rest = Number(table.getAttribute("width")) - Number(column.getAttribute("width"));
    const before = head.getBoundingClientRect().width;
    const move = (far) => {
      const now = Math.round(Math.max(LEAST, Math.min(MOST, before + far)));
      column.setAttribute("width", now);
      table.setAttribute("width", rest + now);
      setPinned();
    };
    draw(event, move, () => {
      const body = new FormData();
      body.set("csrfmiddlewaretoken", document.querySelector(".gridbox [name=csrfmiddlewaretoken]").value);
      body.set(handle.dataset.resize, column.getAttribute("width"));
      fetch(table.dataset.widths, { method: "POST", body }).catch(() => { document.getElementById("offline").hidden = false; });
    });
  });

  /* Where the second and the third pinned column begin. */
  const setPinned = () => {
    const table = document.querySelector(".g:has(.s2)");
    if (!table) return;
    const widths = [...table.querySelectorAll("col")].map((column) => Number(column.getAttribute("width")));
    const before = (number) => widths.slice(0, number).reduce((sum, width) => sum + width, 0);
    table.style.setProperty("--s2-left", `${before(4)}px`);
    table.style.setProperty("--s3-left", `${before(5)}px`);
  };
  document.body.addEventListener("htmx:afterSettle", setPinned);
  setPinned();

  const pane = document.getElementById("pane");
  if (!pane) return;
  const most = () => Math.max(PANE_LEAST, document.documentElement.clientWidth - 420);
  const show = (width) => {
    const now = Math.round(Math.max(PANE_LEAST, Math.min(most(), width)));
    pane.style.setProperty("--pane", `${now}px`);
    pane.querySelector(".grip")?.setAttribute("aria-valuenow", now);
    return now;
  };
  const keep = (width) => { localStorage.setItem(KEPT, show(width)); };
  const settle = () => {
    const kept = Number(localStorage.getItem(KEPT));
    if (kept) show(kept);
  };

  pane.addEventListener("pointerdown", (event) => {
    if (!event.target.matches(".grip") || event.button) return;
    const before = pane.getBoundingClientRect().width;
    draw(event, (far) => keep(before - far));
  });
  pane.addEventListener("keydown", (event) => {
    const step = event.target.matches(".grip") && { ArrowLeft: STEP, ArrowRight: -STEP }[event.key];
    if (!step) return;
    event.preventDefault();
    keep(pane.getBoundingClientRect().width + step);
  });
  document.body.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target === pane) settle(); });
  settle();
})();
