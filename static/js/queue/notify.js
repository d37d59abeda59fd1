/* A word from the browser when a batch ends or pauses while its page is open; only for whoever asks for it. */
(() => {
  "use strict";
  const button = document.querySelector("[data-notify]");
  if (!button || !("Notification" in window) || Notification.permission === "denied") return;
  const wanted = `notify ${location.pathname.match(/[0-9a-f-]{36}/)?.[0]}`;
  const word = () => document.getElementById("state")?.dataset.status ?? "";
  let before = word();

  const isOn = () => Notification.permission === "granted" && sessionStorage.getItem(wanted) === "yes";
  const show = () => {
    button.hidden = !["running", "paused"].includes(word());
    button.querySelector("[data-notify-word]").textContent = isOn() ? "You’ll be notified" : "Notify me when it ends";
    button.setAttribute("aria-pressed", String(isOn()));
  };

  button.addEventListener("click", async () => {
    const turnOn = !isOn();
    if (turnOn && Notification.permission !== "granted") await Notification.requestPermission();
    sessionStorage.setItem(wanted, turnOn ? "yes" : "no");
    show();
  });

  document.body.addEventListener("htmx:afterSettle", () => {
    const now = word();
    if (before === "running" && now !== "running" && isOn()) {
      const sentence = document.querySelector("#banner p, #said")?.textContent.trim().replace(/\s+/g, " ") ?? now;
      const name = document.querySelector("main h1")?.textContent ?? "";
      new Notification(name, { body: sentence, tag: wanted });
    }
    before = now;
    show();
  });

  show();
})();
