/* Menus close with Escape and a click beside them, and open to the side where there is room. Messages close, too. */
(() => {
  "use strict";
  const over = () => document.querySelector("details.menu[open]:not(.limits)");

  document.addEventListener("click", (event) => {
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) {
      dismiss.closest(".note").remove();
      document.querySelector("main h1").focus({ preventScroll: true });
    }
    const menu = over();
    if (menu && !menu.contains(event.target)) menu.open = false;
  });
  // Before the page's own keys: the first Escape is the menu's, the next one the open row's.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest("details.menu[open]") ?? over();
    if (!menu) return;
    event.stopImmediatePropagation();
    menu.open = false;
    menu.querySelector("summary").focus();
  }, true);
  // Not a bubbling event.
  document.addEventListener("toggle", (event) => {
    if (!event.target.matches("details.menu[open]:not(.limits)")) return;
    event.target.classList.remove("leftwards");
    const room = document.documentElement.clientWidth - event.target.querySelector(".sheet").getBoundingClientRect().right;
    event.target.classList.toggle("leftwards", room < 0);
  }, true);
})();
