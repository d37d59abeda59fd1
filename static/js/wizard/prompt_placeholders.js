/* Tokens: inserted by a click, and offered at the caret while `{{` is typed. */
(() => {
  "use strict";
  const area = document.getElementById("prompt_template");
  if (!area) return;
  const popup = document.getElementById("token-popup");
  const list = document.getElementById("token-options");
  const hint = document.getElementById("token-hint");
  const status = document.getElementById("token-status");
  const SHOWN = 50;
  const OPENED = /\{\{-?[ \t]*([^{}|\n]{0,120})$/;
  // A text area of many lines may not be a combobox: it stays a text box that a list belongs to.
  const OPEN = { "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": list.id };

  let tokens = null;
  let offered = [];
  let active = -1;
  let dismissed = -1;
  let visited = false;

  const load = () => {
    tokens ??= fetch(area.dataset.tokens, { headers: { Accept: "application/json" } })
      .then((response) => (response.ok ? response.json() : Promise.reject(new Error(String(response.status)))))
      .then((answer) => answer.tokens)
      .catch(() => { tokens = null; return []; });
    return tokens;
  };

  // Where a token is being typed: from the braces to the caret.
  const opened = () => {
    if (area.selectionStart !== area.selectionEnd) return null;
    const found = area.value.slice(0, area.selectionStart).match(OPENED);
    return found && { start: found.index, query: found[1].trim().toLowerCase() };
  };

  const write = (start, end, text) => {
    area.focus();
    area.setSelectionRange(start, end);
    // The one way that keeps the browser's own undo.
    if (!document.execCommand("insertText", false, text)) {
      area.setRangeText(text, start, end, "end");
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  const place = (token) => {
    const at = opened();
    if (!at) {
      const end = area.value.length;
      write(visited ? area.selectionStart : end, visited ? area.selectionEnd : end, `{{ ${token} }}`);
      return;
    }
    // What follows the caret up to the closing braces is replaced, filters stay.
    const caret = area.selectionStart;
    const rest = area.value.slice(caret).match(/^[^{}|\n]*(\}\}|\|)/);
    if (rest?.[1] === "|") write(at.start, caret + rest[0].length - 1, `{{ ${token} `);
    else write(at.start, caret + (rest ? rest[0].length : 0), `{{ ${token} }}`);
  };

  const isOpen = () => !popup.hidden;

  const close = () => {
    if (!isOpen()) return;
    popup.hidden = true;
    list.replaceChildren();
    [...Object.keys(OPEN), "aria-activedescendant"].forEach((name) => area.removeAttribute(name));
    active = -1;
    status.textContent = "";
    area.dispatchEvent(new Event("tokens:closed"));
  };

  const choose = (index) => {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = (index + offered.length) % offered.length;
    const option = list.children[active];
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    area.setAttribute("aria-activedescendant", option.id);
  };

  const accept = (index) => {
    const token = offered[index];
    place(token.text);
    close();
  };

  const option = (token, index) => {
    const item = document.createElement("li");
    item.id = `token-option-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.textContent = token.text;
    return item;
  };

  const matching = (all, query) => {
    const has = (test) => (token) => test(token.text.toLowerCase()) || test(token.name.toLowerCase());
    const begins = has((text) => text.startsWith(query));
    const contains = has((text) => text.includes(query));
    return [...all.filter(begins), ...all.filter((token) => contains(token) && !begins(token))];
  };

  // The caret's place, found with a copy of the text area that is laid out like it.
  const caretPlace = (start) => {
    const copy = document.createElement("div");
    const style = getComputedStyle(area);
    ["font", "lineHeight", "padding", "border", "letterSpacing", "tabSize"].forEach((name) => { copy.style[name] = style[name]; });
    Object.assign(copy.style, { position: "absolute", visibility: "hidden", top: "0", left: "0", width: `${area.clientWidth}px`, boxSizing: "border-box", whiteSpace: "pre-wrap", overflowWrap: "break-word" });
    copy.textContent = area.value.slice(0, start);
    const mark = document.createElement("span");
    mark.textContent = "{{";
    copy.append(mark);
    area.parentElement.append(copy);
    const place = { left: mark.offsetLeft, top: mark.offsetTop + mark.offsetHeight - area.scrollTop };
    copy.remove();
    return place;
  };

  const open = (found, start) => {
    offered = found.slice(0, SHOWN);
    list.replaceChildren(...offered.map(option));
    hint.textContent = found.length > SHOWN ? `${(found.length - SHOWN).toLocaleString("en")} more: type on to find them.` : "";
    status.textContent = `${found.length.toLocaleString("en")} ${found.length === 1 ? "token" : "tokens"}`;
    Object.entries(OPEN).forEach(([name, value]) => area.setAttribute(name, value));
    popup.hidden = false;
    const at = caretPlace(start);
    popup.style.top = `${Math.min(at.top, area.offsetHeight)}px`;
    popup.style.left = `${Math.max(0, Math.min(at.left, area.offsetWidth - popup.offsetWidth))}px`;
    active = -1;
    choose(0);
  };

  const suggest = async () => {
    const at = opened();
    if (!at || at.start === dismissed) { close(); return; }
    const all = await load();
    const now = opened();
    if (!now || now.start !== at.start || document.activeElement !== area) return;
    dismissed = -1;
    const found = matching(all, now.query);
    const complete = found.length === 1 && found[0].text.toLowerCase() === now.query;
    if (found.length && !complete) open(found, now.start);
    else close();
  };

  const moves = { ArrowDown: 1, ArrowUp: -1 };
  area.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey) return;
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      dismissed = -1;
      suggest();
    } else if (isOpen() && event.key in moves) {
      event.preventDefault();
      choose(active + moves[event.key]);
    } else if (isOpen() && (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey))) {
      event.preventDefault();
      accept(active);
    } else if (isOpen() && event.key === "Escape") {
      event.preventDefault();
      dismissed = opened()?.start ?? -1;
      close();
    }
  });
  area.addEventListener("input", (event) => { if (!event.isComposing) suggest(); });
  area.addEventListener("focus", () => { visited = true; });
  area.addEventListener("blur", close);
  area.addEventListener("click", () => { if (isOpen()) suggest(); });
  area.addEventListener("scroll", () => { if (isOpen()) suggest(); });
  addEventListener("resize", () => { if (isOpen()) suggest(); });
  popup.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[role=option]");
    if (item) accept([...list.children].indexOf(item));
  });

  document.getElementById("prompt-form").addEventListener("click", (event) => {
    const button = event.target.closest("[data-token]");
    if (!button) return;
    event.preventDefault();
    place(button.dataset.token);
  });
})();
