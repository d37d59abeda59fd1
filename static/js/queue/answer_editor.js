/* Lists and objects of an answer are edited as chips, rows and fields. The textarea that the site made stays the one
   place of the value: each change is written to it, and it is what is sent. */
(() => {
  "use strict";
  const { number, read, write, ExactNumber } = window.exactJson;
  const LEFT_OUT = Symbol("left out");
  const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$/;
  const DATE = /^\d{4}-\d\d-\d\d$/;
  const NUMBERS = ["number", "integer"];
  let made = 0;

  const html = (name, attributes = {}, ...children) => {
    const one = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) one.addEventListener(key.slice(2), value);
      else if (value !== undefined && value !== false) one.setAttribute(key, value === true ? "" : value);
    }
    one.append(...children.filter(Boolean));
    return one;
  };
  const button = (words, label, act) => html("button", { type: "button", class: "btn small", "aria-label": label, onclick: act }, words);
  const isScalar = (shape) => Boolean(shape?.type) && !["list", "object"].includes(shape.type);
  const isNumber = (shape) => NUMBERS.includes(shape.type);
  const shown = (value) => (value instanceof ExactNumber ? value.text : typeof value === "string" ? value : write(value));
  const choicesOf = (shape) => shape.choices ?? (shape.type === "boolean" ? ["true", "false"] : null);
  const meant = (shape, text) => {
    if (isNumber(shape)) return number(text.trim());
    if (shape.type === "boolean") return { true: true, false: false }[text.trim()] ?? text;
    return text;
  };
  const fits = (shape, value) => {
    if (shape.choices) return shape.choices.includes(write(value));
    if (isNumber(shape)) return value instanceof ExactNumber;
    if (shape.type === "boolean") return typeof value === "boolean";
    if (shape.type === "list") return Array.isArray(value);
    if (shape.type === "object") return value instanceof Map;
    return typeof value === "string";
  };
  const start = (shape) => {
    if (shape.type === "list") return [];
    if (shape.type !== "object" || !shape.fields) return shape.choices ? read(shape.choices[0]) : shape.type === "boolean" ? false : "";
    return new Map(shape.fields.filter((one) => one.required).map((one) => [one.name, one.nullable ? null : start(one)]));
  };

  /* Each maker returns { element, read, focus }. `say` is called after each change. */
  const select = (shape, value, label, say, place) => {
    const options = choicesOf(shape).map((text) => html("option", { value: text }, shown(read(text))));
    const one = html("select", { class: "in", "aria-label": label, "data-place": place, onchange: say }, ...options);
    one.value = write(value);
    return { element: one, read: () => read(one.value), focus: () => one.focus() };
  };
  const input = (shape, value, label, say, place) => {
    const text = shown(value);
    const isUtc = shape.type === "date-time" && (text === "" || UTC.test(text));
    const isDate = shape.type === "date" && (text === "" || DATE.test(text));
    const isLong = text.length > 60 || /[\r\n]/.test(text);
    const common = { class: "in", "aria-label": isUtc ? `${label}, in UTC` : label, "data-place": place, oninput: say };
    const type = isUtc ? "datetime-local" : isDate ? "date" : "text";
    const one = isLong ? html("textarea", { ...common, rows: 3 })
      : html("input", { ...common, type, step: isUtc && "1", inputmode: isNumber(shape) && "decimal" });
    one.value = isUtc ? text.slice(0, -1) : text;
    const first = one.value;
    const typed = () => (isUtc && one.value ? `${one.value}${one.value.length === 16 ? ":00" : ""}Z` : one.value);
    // What nobody touched stays as it is: an input shows no line ends of its own.
    return { element: one, read: () => (one.value === first ? value : meant(shape, typed())), focus: () => one.focus() };
  };
  const asJson = (shape, value, label, say, place) => {
    const one = html("textarea", { class: "in", "aria-label": `${label}, as JSON`, "data-place": place, rows: 4, oninput: say });
    one.value = value === "" ? "" : write(value);
    const typed = () => {
      try {
        return read(one.value);
      } catch {
        return one.value;
      }
    };
    const problem = html("p", { class: "err", role: "alert", hidden: true });
    one.addEventListener("change", () => {
      problem.hidden = true;
      try {
        read(one.value);
      } catch (error) {
        problem.textContent = error.message;
        problem.hidden = false;
      }
    });
    return { element: html("div", {}, one, problem), read: typed, focus: () => one.focus() };
  };

  const chips = (shape, values, label, say, place) => {
    const item = shape.item;
    let kept = [...values];
    const box = html("div", { class: "chips-in", role: "group", "aria-label": label, "data-place": place });
    const choices = choicesOf(item);
    const adder = choices
      ? html("select", { "aria-label": `Add to ${label}` }, html("option", { value: "" }, "Add…"),
        ...choices.map((text) => html("option", { value: text }, shown(read(text)))))
      : html("input", { "aria-label": `Add to ${label}`, placeholder: "Add…", autocomplete: "off" });
    const pending = () => {
      if (adder.value.trim() === "") return [];
      return [choices ? read(adder.value) : meant(item, adder.value)];
    };
    const draw = () => {
      box.replaceChildren(...kept.map((one, index) => html("span", { class: "chip-in", "data-place": `${place.slice(0, -1)},${index}]` },
        html("span", { class: "cut" }, shown(one) === "" ? "“”" : shown(one)),
        html("button", { type: "button", "aria-label": `Remove ${shown(one)}`, onclick: () => remove(index) }, "✕"))), adder);
    };
    const remove = (index) => {
      kept.splice(index, 1);
      draw();
      (box.querySelectorAll("button")[Math.min(index, kept.length - 1)] ?? adder).focus();
      say();
    };
    const add = () => {
      kept.push(...pending());
      adder.value = "";
      draw();
      say();
    };
    adder.addEventListener("change", () => {
      const hadFocus = document.activeElement === adder;
      add();
      if (hadFocus) adder.focus();
    });
    adder.addEventListener("input", () => { if (!choices) say(); });
    adder.addEventListener("keydown", (event) => {
      if (choices || event.isComposing) return;
      if (event.key === "Enter" && !event.ctrlKey && adder.value.trim() !== "") {
        event.preventDefault();
        add();
        adder.focus();
      } else if (event.key === "Backspace" && adder.value === "" && kept.length) {
        remove(kept.length - 1);
        adder.focus();
      }
    });
    draw();
    return { element: box, read: () => [...kept, ...pending()], focus: () => adder.focus() };
  };

  const rows = (shape, values, label, say, place) => {
    const list = html("div", { class: "entries", role: "group", "aria-label": label, "data-place": place });
    let nodes = [];
    const entry = (value, index) => nodeOf(shape.item, value, `${label} ${index + 1}`, say, `${place.slice(0, -1)},${index}]`);
    const redraw = (values_, focused, which = 2) => {
      nodes = values_.map(entry);
      list.replaceChildren(...nodes.map((node, index) => html("div", { class: "entry" },
        html("div", { class: "entry-head" }, html("b", {}, `${index + 1}`),
          button("↑", `Move ${label} ${index + 1} up`, () => move(index, -1)),
          button("↓", `Move ${label} ${index + 1} down`, () => move(index, 1)),
          button("✕", `Remove ${label} ${index + 1}`, () => change((all) => all.splice(index, 1), index))),
        node.element)), more);
      const at = Math.min(focused ?? -1, nodes.length - 1);
      if (focused !== undefined) (at < 0 ? more : list.children[at].querySelectorAll(".entry-head button")[which]).focus();
    };
    const change = (act, focused, which) => {
      const all = nodes.map((node) => node.read());
      act(all);
      redraw(all, focused, which);
      say();
    };
    const move = (index, by) => {
      if (index + by < 0 || index + by >= nodes.length) return;
      change((all) => all.splice(index + by, 0, ...all.splice(index, 1)), index + by, by < 0 ? 0 : 1);
    };
    const more = button("Add a row", `Add a row to ${label}`, () => {
      change((all) => all.push(start(shape.item)));
      nodes.at(-1).focus();
    });
    redraw(values);
    return { element: list, read: () => nodes.map((node) => node.read()), focus: () => (nodes[0] ? nodes[0].focus() : more.focus()) };
  };

  const member = (field, value, label, say, place) => {
    const id = `nested-${made += 1}`;
    const body = html("div");
    let node = null;
    const draw = (now) => {
      node = nodeOf(field, now, label, say, place);
      body.replaceChildren(node.element);
    };
    const state = value === LEFT_OUT ? "absent" : value === null ? "null" : "value";
    const choice = html("select", { class: "in state", "aria-label": `Value or not: ${label}` },
      html("option", { value: "value" }, "Value"),
      field.nullable || state === "null" ? html("option", { value: "null" }, "null") : null,
      !field.required || state === "absent" ? html("option", { value: "absent" }, "Left out") : null);
    choice.value = state;
    choice.addEventListener("change", () => {
      if (choice.value === "value") {
        draw(start(field));
      } else {
        body.replaceChildren();
      }
      say();
    });
    if (state === "value") draw(value);
    const name = html("dt", { id }, field.name, choice.options.length > 1 ? choice : null);
    const hint = field.description ? html("p", { class: "hint" }, field.description) : null;
    const states = { null: null, absent: LEFT_OUT };
    return {
      elements: [name, html("dd", { "data-place": place }, body, hint)],
      name: field.name,
      read: () => (choice.value === "value" ? node.read() : states[choice.value]),
      focus: () => (choice.value === "value" ? node : choice).focus(),
    };
  };
  const fields = (shape, value, label, say, place) => {
    const members = shape.fields.map((field) => member(field, value.has(field.name) ? value.get(field.name) : LEFT_OUT,
      `${label} ${field.name}`, say, `${place.slice(0, -1)},${JSON.stringify(field.name)}]`));
    const list = html("div", { role: "group", "aria-label": label, "data-place": place },
      html("dl", { class: "sub" }, ...members.flatMap((one) => one.elements)));
    return {
      element: list,
      // What has no field stays, and so does the order.
      read: () => {
        const all = new Map(value);
        for (const one of members) {
          const now = one.read();
          if (now === LEFT_OUT) all.delete(one.name);
          else all.set(one.name, now);
        }
        return all;
      },
      focus: () => members[0].focus(),
    };
  };

  const nodeOf = (shape, value, label, say, place) => {
    const make = !shape.type || (!fits(shape, value) && value !== "") ? (isScalar(shape) && typeof value === "string" ? input : asJson)
      : shape.type === "object" ? fields
        : shape.type === "list" ? (isScalar(shape.item) && value.every((one) => fits(shape.item, one)) ? chips : rows)
          : choicesOf(shape) && fits(shape, value) ? select : input;
    return make(shape, value, label, say, place);
  };

  const linesOf = (area, shape) => area.value.split("\n").filter((line) => line.trim()).map((line) => meant(shape.item, line));

  /* Errors that name a place inside stand there. */
  const place = (row) => {
    for (const error of row.querySelectorAll(".err[data-place]")) {
      const path = JSON.parse(error.dataset.place);
      for (let length = path.length; length > 1; length -= 1) {
        const inside = row.querySelector(`.editor [data-place="${CSS.escape(JSON.stringify(path.slice(0, length)))}"]`);
        if (!inside) continue;
        const control = inside.matches("input, select, textarea") ? inside : inside.querySelector("input, select, textarea");
        const spot = inside.matches("dd, [role=group]:not(.chips-in)") ? inside : inside.closest("dd") ?? inside.parentElement;
        error.id = `nested-${made += 1}-error`;
        spot.append(error);
        control?.setAttribute("aria-invalid", "true");
        control?.setAttribute("aria-describedby", error.id);
        break;
      }
    }
  };

  const begin = (row) => {
    if (row.querySelector(".editor")) return;
    const shape = JSON.parse(row.dataset.shape);
    const isLines = Boolean(row.dataset.lines);
    const area = row.querySelector("textarea");
    const state = row.querySelector(".name select");
    const label = shape.name;
    const box = html("div", { class: "editor" });
    const problem = html("p", { class: "err", role: "alert", hidden: true });
    let node = null;
    const words = isLines ? ["As text", "As chips"] : ["As JSON", "As fields"];
    const swap = html("button", { type: "button", class: "btn small quiet swap" });
    const say = () => {
      const value = node.read();
      area.value = isLines ? value.map(shown).join("\n") : write(value);
      if (state) state.value = "value";
      area.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const draw = () => {
      const value = isLines ? linesOf(area, shape) : area.value.trim() ? read(area.value) : state ? null : start(shape);
      if (value === null) node = { element: html("p", { class: "muted" }, "No value."), focus: () => {} };
      else node = nodeOf(shape, value, label, say, JSON.stringify([label]));
      box.replaceChildren(node.element);
    };
    const show = (isEditor) => {
      area.hidden = isEditor;
      box.hidden = !isEditor;
      swap.textContent = words[isEditor ? 0 : 1];
      swap.setAttribute("aria-label", `${swap.textContent}: ${label}`);
    };
    const tryEditor = () => {
      problem.hidden = true;
      try {
        draw();
      } catch (error) {
        problem.textContent = error.message;
        problem.hidden = false;
        show(false);
        return false;
      }
      show(true);
      return true;
    };
    swap.addEventListener("click", () => {
      if (!area.hidden) tryEditor();
      else show(false);
    });
    state?.addEventListener("change", () => {
      if (state.value !== "value") return;
      if (!isLines && !area.value.trim()) area.value = write(start(shape));
      tryEditor();
    });
    row.querySelector(".name").append(swap);
    area.after(box, problem);
    const isRefused = row.querySelector(".err[data-place='[]']");
    if (isRefused && !isLines) show(false);
    else if (tryEditor()) place(row);
  };

  /* Without a value there is nothing to edit. Whoever types one has one. */
  const states = (row) => {
    const state = row.querySelector(".name select");
    if (!state || row.dataset.states !== undefined) return;
    row.dataset.states = "";
    const draw = () => row.classList.toggle("no-value", state.value !== "value");
    state.addEventListener("change", draw);
    row.addEventListener("input", (event) => {
      if (event.target === state) return;
      state.value = "value";
      draw();
    });
    draw();
  };

  const init = () => {
    document.querySelectorAll(".correct .formrow").forEach(states);
    document.querySelectorAll(".correct .formrow[data-shape]").forEach(begin);
  };
  document.body.addEventListener("htmx:load", init);
  init();
})();
