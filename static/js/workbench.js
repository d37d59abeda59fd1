/* Only what htmx cannot do: local times, the pane's focus and keys, copying, and a word when the site does not answer. */
(() => {
  "use strict";
  const pane = document.getElementById("pane");
  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
  const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });

  const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
  const localTimes = (root) => root.querySelectorAll("time[datetime]").forEach((time) => {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.valueOf())) return;
    time.title = exact.format(moment);
    // How long ago was said by the site.
    if (time.dataset.style !== "since") time.textContent = (time.dataset.style === "time" ? clock : date).format(moment);
  });

  const markOpenRow = () => {
    const link = document.querySelector("#detail-title") && location.pathname.match(/\/row\/(\d+)\/$/);
    document.querySelectorAll("#rows > tr").forEach((row) => {
      const open = Boolean(link) && row.id === `r${link[1]}`;
      row.classList.toggle("on", open);
      if (open) row.querySelector("th a").setAttribute("aria-current", "true");
      else row.querySelector("th a[aria-current]")?.removeAttribute("aria-current");
    });
  };

  const showCopyButtons = (root) => root.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = !navigator.clipboard;
  });

  const refresh = () => {
    localTimes(document);
    showCopyButtons(document);
    markOpenRow();
  };

  let address = location.pathname + location.search;
  const moved = () => {
    const before = address;
    address = location.pathname + location.search;
    return address !== before;
  };

  const closePane = (link) => {
    const row = document.querySelector("#rows > tr.on th a");
    pane.replaceChildren();
    history.pushState({}, "", link.href);
    moved();
    markOpenRow();
    if (row) row.focus();
  };

  document.addEventListener("click", (event) => {
    const close = event.target.closest("[data-close]");
    if (close && pane && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      closePane(close);
      return;
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      navigator.clipboard.writeText(copy.dataset.copy).then(() => {
        const words = copy.querySelector("[data-copied]") ?? copy;
        if (words.querySelector("svg")) {
          copy.classList.add("ok");
          copy.ariaLabel = copy.title = "Copied";
        } else words.textContent = "Copied";
      });
      return;
    }
    // The whole line opens the row, unless something in it was meant or text is being marked.
    const line = event.target.closest("#rows > tr");
    if (line && !event.target.closest("a, button, input, label, summary") && !String(getSelection())) line.querySelector("th a")?.click();
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    if (event.key === "Escape" && !document.querySelector(":popover-open")) document.querySelector("#pane [data-close]")?.click();
  });

  // Closing and opening write the history; going back in it shows what the address says. A jump within the page is none.
  addEventListener("popstate", (event) => { if (moved() && !event.state?.htmx) location.reload(); });

  document.body.addEventListener("htmx:afterSettle", refresh);
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === pane) {
      document.getElementById("detail-title")?.focus({ preventScroll: true });
    }
  });
  document.body.addEventListener("htmx:pushedIntoHistory", () => { moved(); markOpenRow(); });

  const offline = document.getElementById("offline");
  const answers = (does) => () => { offline.hidden = does; };
  document.body.addEventListener("htmx:sendError", answers(false));
  document.body.addEventListener("htmx:timeout", answers(false));
  document.body.addEventListener("htmx:responseError", answers(false));
  document.body.addEventListener("htmx:afterOnLoad", answers(true));

  refresh();
})();
