/* A group with `data-roving` is one tab stop: arrow keys move within it, Home and End to its ends. `data-roving="y"` is
   walked up and down, with J and K too. `data-roving-items` selects what one walks through, else links and buttons;
   `data-roving-skip` what Tab passes over, for a row has its own keys for it. */
(() => {
  "use strict";
  const ACROSS = { ArrowLeft: -1, ArrowRight: 1 };
  const DOWN = { ArrowUp: -1, ArrowDown: 1, k: -1, j: 1 };

  const groupOf = (element) => element.closest("[data-roving]");
  const items = (group) => [...group.querySelectorAll(group.dataset.rovingItems || "a[href], button")]
    .filter((one) => groupOf(one) === group && (one.closest("[popover]")?.contains(group) ?? true));
  const open = (list) => list.filter((one) => !one.disabled && one.checkVisibility({ visibilityProperty: true }));

  // One item takes Tab: the one that has the focus, else the one that had it, the current one, the first.
  const settle = (group, wanted) => {
    const list = items(group);
    const seen = open(list);
    const stop = [
      wanted,
      seen.find((one) => one === document.activeElement),
      seen.find((one) => one.tabIndex === 0 && one.dataset.rovingStop === "on"),
      seen.find((one) => one.hasAttribute("aria-current")),
      seen[0],
    ].find(Boolean);
    for (const one of list) {
      one.tabIndex = one === stop ? 0 : -1;
      if (one === stop) one.dataset.rovingStop = "on";
      else delete one.dataset.rovingStop;
    }
    if (group.dataset.rovingSkip) for (const one of group.querySelectorAll(group.dataset.rovingSkip)) one.tabIndex = -1;
  };
  const settleAll = () => document.querySelectorAll("[data-roving]").forEach((group) => settle(group));

  document.addEventListener("focusin", (event) => {
    const group = groupOf(event.target);
    const item = group && items(group).find((one) => one.contains(event.target));
    if (item) settle(group, item);
  });
  document.addEventListener("keydown", (event) => {
    const group = groupOf(event.target);
    if (!group || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const list = open(items(group));
    const at = list.indexOf(document.activeElement);
    if (at < 0) return;
    const steps = group.dataset.roving === "y" ? DOWN : ACROSS;
    const to = { Home: 0, End: list.length - 1 }[event.key]
      ?? (event.key in steps ? Math.max(0, Math.min(list.length - 1, at + steps[event.key])) : null);
    if (to === null) return;
    event.preventDefault();
    list[to].focus();
  });
  document.body.addEventListener("htmx:afterSettle", settleAll);
  // A narrower window shows other items.
  addEventListener("resize", settleAll);
  settleAll();
})();
