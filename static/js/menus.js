/* Menus close with Escape and a click beside them, and open to the side where there is room. */
(() => {
  "use strict";
  const over = () => document.querySelector("details.menu[open]:not(.limits)");

  document.addEventListener("click", (event) => {
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
