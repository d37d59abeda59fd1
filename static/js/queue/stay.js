/* What a person has at hand stays while the page renews itself: a choice, a tick, an open menu, and the focus. */
(() => {
  "use strict";
  // A button that waits for the answer to its own press is not given back by the answer to a poll.
  const isOurs = (element, name) => name === "open"
    || (element.hasAttribute("data-disabled-by-htmx") && ["disabled", "data-disabled-by-htmx"].includes(name));
  const key = (node) => (node.nodeType !== Node.ELEMENT_NODE ? node.nodeName
    : [node.nodeName, node.id, ...["action", "name", "value"].map((name) => (
      node.type === "hidden" && name === "value" ? "" : node.getAttribute(name)))].join(" "));

  const found = (wanted, from) => {
    let node = from;
    while (node && key(node) !== key(wanted)) node = wanted.nodeType === Node.ELEMENT_NODE ? node.nextSibling : null;
    return node;
  };
  const removeUpTo = (end, from) => {
    let node = from;
    while (node !== end) {
      const next = node.nextSibling;
      node.remove();
      node = next;
    }
  };
  const patchChildren = (old, now, by) => {
    let next = old.firstChild;
    for (const wanted of [...now.childNodes]) {
      const same = found(wanted, next);
      if (same) {
        removeUpTo(same, next);
        next = same.nextSibling;
        patch(same, wanted, by);
      } else {
        old.insertBefore(wanted, next);
        if (wanted.nodeType === Node.ELEMENT_NODE) htmx.process(wanted);
      }
    }
    removeUpTo(null, next);
  };
  // Makes `old` what `now` is, and leaves alone what did not change. `by`: the element that asked for it.
  const patch = (old, now, by) => {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== now.data) old.data = now.data;
      return;
    }
    // It is the same as it was; the answer does not repeat it.
    if ("same" in now.dataset) return;
    for (const { name } of [...old.attributes]) if (!now.hasAttribute(name) && !isOurs(old, name)) old.removeAttribute(name);
    for (const { name, value } of now.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    const chosen = old.nodeName === "SELECT" ? old.value : "";
    const label = chosen && old.selectedOptions[0].text.replace(/ \(.*\)$/, "");
    patchChildren(old, now, by);
    // Else the next press would mean all instead of the few that there are no more.
    if (chosen && old.value !== chosen && !by?.contains(old)) old.add(new Option(`${label} (0)`, chosen, false, true));
  };

  let asked = null;
  document.body.addEventListener("htmx:beforeSwap", (event) => { asked = event.detail.requestConfig.elt; });
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    if (!("keep" in target.dataset)) return;
    event.detail.shouldSwap = false;
    patch(target, fragment.firstElementChild, asked);
  });

  // A button that was pressed is disabled, and gone afterwards: the focus goes to what took its place.
  const held = new WeakMap();
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.requestConfig.elt;
    if (form.matches("form, button") && form.contains(document.activeElement)) held.set(form, document.activeElement);
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.requestConfig.elt;
    const was = held.get(form);
    held.delete(form);
    if (!was) return;
    const others = (form.dataset.then ?? "").split(",").filter(Boolean).map((one) => document.querySelector(one));
    for (const place of [was, was.id && document.getElementById(was.id), ...others]) {
      if (document.activeElement !== document.body) return;
      if (place) place.focus({ preventScroll: true });
    }
  });
})();
