/* The colors under the text area: what is typed is painted anew, with the problems that the site found in it. */
(() => {
  "use strict";
  const area = document.getElementById("prompt_template");
  const paint = document.getElementById("prompt-paint");
  if (!area || !paint) return;
  const TOKEN = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}|\{#[\s\S]*?#\}/g;
  const LONGEST = 20000;
  const parsed = (text) => { try { return JSON.parse(text); } catch { return []; } };
  const problems = () => ({
    unknown: [...document.querySelectorAll("#problems [data-path]")].map((one) => one.dataset.path).filter(Boolean),
    twice: [...document.querySelectorAll("#problems [data-twice]")].flatMap((one) => parsed(one.dataset.twice)),
  });
  const names = (token, path) => {
    const at = token.indexOf(path);
    return at >= 0 && !/[\w.]/.test(token[at - 1] ?? " ") && !/[\w\[]/.test(token[at + path.length] ?? " ");
  };
  const look = (token, found) => {
    if (found.unknown.some((path) => names(token, path))) return "tok err-t";
    if (found.twice.some((path) => names(token, path))) return "tok dup";
    return token.includes("system_params") ? "tok p" : "tok";
  };
  const line = (number) => {
    const one = document.createElement("span");
    one.className = "ln";
    one.dataset.n = number;
    return one;
  };

  // A placeholder of several lines is painted on each of them.
  const repaint = () => {
    const found = problems();
    const text = area.value.slice(0, LONGEST);
    const lines = [line(1)];
    const add = (part, classes) => part.split("\n").forEach((piece, number) => {
      if (number) lines.push(line(lines.length + 1));
      if (!piece) return;
      if (!classes) { lines.at(-1).append(piece); return; }
      const mark = document.createElement("span");
      mark.className = classes;
      mark.textContent = piece;
      lines.at(-1).append(mark);
    });
    let end = 0;
    for (const match of text.matchAll(TOKEN)) {
      add(text.slice(end, match.index), "");
      add(match[0], look(match[0], found));
      end = match.index + match[0].length;
    }
    add(area.value.slice(end), "");
    paint.replaceChildren(...lines);
    area.rows = lines.length;
  };

  const change = (text) => {
    area.focus();
    area.setSelectionRange(0, area.value.length);
    // The one way that keeps the browser's own undo.
    if (!document.execCommand("insertText", false, text)) {
      area.value = text;
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
    htmx.trigger(area, "save");
  };
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  document.addEventListener("click", (event) => {
    const fix = event.target.closest("[data-replace]");
    if (!fix) return;
    event.preventDefault();
    change(area.value.replace(new RegExp(`${escaped(fix.dataset.replace)}(?![\\w"'\\]])`, "g"), () => fix.dataset.with));
  });

  area.addEventListener("input", repaint);
  document.body.addEventListener("htmx:afterSettle", repaint);
  repaint();
})();
