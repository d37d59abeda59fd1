/* The newest answers stay on top until somebody scrolls down or opens a row; then their number stands on the button. */
(() => {
  "use strict";
  const grid = document.getElementById("table");
  if (!grid) return;
  const FAR = 24;
  const button = () => document.getElementById("act-follow");
  const done = () => ["succeeded", "failed"].reduce((sum, name) => {
    const text = document.querySelector(`#chip-${name} b`)?.textContent ?? "0";
    return sum + Number(text.replaceAll(",", ""));
  }, 0);
  const hold = Object.assign(document.createElement("input"), { type: "hidden", name: "hold", value: "1", disabled: true });
  document.querySelector(".between").append(hold);
  let before = 0;

  const follows = () => button()?.getAttribute("aria-pressed") === "true";
  const isReading = () => document.getElementById("table").scrollTop > FAR || Boolean(document.getElementById("detail-title"));
  const show = () => {
    const isHeld = follows() && isReading();
    if (isHeld && hold.disabled) before = done();
    hold.disabled = !isHeld;
    const said = button()?.querySelector("[data-follow-new]");
    if (!said) return;
    const fresh = isHeld ? done() - before : 0;
    said.textContent = fresh > 0 ? `· ${fresh.toLocaleString("en-US")} new` : "";
  };

  grid.addEventListener("scroll", show, { passive: true });
  document.addEventListener("submit", (event) => {
    // Pressed while somebody reads: back to the newest ones.
    if (event.target.id !== "follow" || hold.disabled) return;
    event.preventDefault();
    document.querySelector("#pane [data-close]")?.click();
    grid.scrollTo({ top: 0 });
  });
  document.body.addEventListener("htmx:afterSettle", show);
  show();
})();
