/* Keys: what has `data-shortcut` is pressed by its key, or focused where one types in it. `g b`: one key after the other;
   a capital is pressed with Shift. Nothing while one types, or while a menu or a dialog is open. */
(() => {
  "use strict";
  const TYPES = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
  const PATIENCE_MS = 1200;
  let before = "", since = 0;

  const target = (keys) => [...document.querySelectorAll(`[data-shortcut="${CSS.escape(keys)}"]`)]
    .find((one) => !one.disabled && one.checkVisibility({ visibilityProperty: true }));
  const named = (event) => (event.shiftKey || event.key.length > 1 ? event.key : event.key.toLowerCase());

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest(TYPES)) return;
    const open = document.querySelector(":popover-open");
    if (open) {
      if (event.key === "?" && open.id === "help") open.hidePopover();
      return;
    }
    const key = named(event);
    const found = (before && event.timeStamp - since < PATIENCE_MS && target(`${before} ${key}`)) || target(key);
    before = key;
    since = event.timeStamp;
    if (!found) return;
    before = "";
    event.preventDefault();
    if (found.matches(TYPES)) {
      found.focus();
      found.select?.();
    } else found.click();
  });
})();
