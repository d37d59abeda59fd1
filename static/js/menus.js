/* Menus and dialogs are popovers: the browser opens and closes them, and gives the focus back to their button. What it
   does not do: the focus goes in when one opens, arrow keys walk through a menu, and an act closes it. Messages close. */
(() => {
  "use strict";
  const PARTS = "a[href], button, input:not([type=hidden]), select, textarea";
  const parts = (menu) => [...menu.querySelectorAll(PARTS)].filter((one) => !one.disabled && one.checkVisibility());

  // Not a bubbling event.
  document.addEventListener("toggle", (event) => {
    const opened = event.target;
    if (event.newState !== "open" || !opened.matches(".menu[popover], .dialog[popover]")) return;
    if (!opened.contains(document.activeElement)) (opened.querySelector("[autofocus]") ?? parts(opened)[0])?.focus();
  }, true);

  document.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const menu = step && event.target.closest(".menu[popover]");
    if (!menu || event.target.matches("select, textarea, input[type=number], input[type=radio]")) return;
    const list = parts(menu);
    event.preventDefault();
    list[(list.indexOf(document.activeElement) + step + list.length) % list.length].focus();
  });

  document.addEventListener("click", (event) => {
    const act = event.target.closest(".menu[popover] :is(a[href], button).mi");
    const menu = act && !act.hasAttribute("popovertarget") && act.closest("[popover]");
    // After the form was sent: a button that loses the focus before is not named in what is sent.
    if (menu) setTimeout(() => menu.hidePopover());
    const cancel = event.target.closest("[data-cancel]")?.closest(".dialog[popover]");
    if (cancel) {
      event.preventDefault();
      cancel.hidePopover();
    }
    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) {
      dismiss.parentElement.remove();
      document.querySelector("main h1")?.focus({ preventScroll: true });
    }
  });

  // A dialog that came from the site: the menu that asked for it is closed by then.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.matches(".dialog[popover]")) setTimeout(() => event.detail.target.showPopover());
  });
})();

/* Menus that are a fold yet close with Escape and a click beside them, and open to the side where there is room. */
(() => {
  "use strict";
  const over = () => document.querySelector("details.menu[open]");

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
    if (!event.target.matches("details.menu[open]")) return;
    event.target.classList.remove("leftwards");
    const room = document.documentElement.clientWidth - event.target.querySelector(".sheet").getBoundingClientRect().right;
    event.target.classList.toggle("leftwards", room < 0);
  }, true);
})();
