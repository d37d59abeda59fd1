/* Allowed values are edited as chips. The textarea that the site made stays the one that is sent; where no script runs it
   is what one types in. */
(() => {
  "use strict";
  const rows = document.getElementById("schema-rows");
  const model = document.getElementById("schema-chip");
  if (!rows || !model) return;
  const linesOf = (text) => text.split(/\r\n|\r|\n/).map((line) => line.trim()).filter(Boolean);
  // A list in one line, as one copies it out of a sentence or a row of cells.
  const listOf = (text) => (/[\r\n]/.test(text) ? linesOf(text) : text.split(/[\t;,]/).map((part) => part.trim()).filter(Boolean));

  const show = (area) => {
    const box = document.createElement("div");
    const adder = document.createElement("input");
    const label = area.getAttribute("aria-label");
    const help = document.getElementById(`${area.id}-help`);
    let isOurs = false;

    const draw = () => box.replaceChildren(...linesOf(area.value).map((text, index) => {
      const chip = model.content.firstElementChild.cloneNode(true);
      const button = chip.querySelector("button");
      chip.querySelector("span").textContent = text;
      button.setAttribute("aria-label", `Remove ${text}`);
      button.addEventListener("click", () => {
        write(linesOf(area.value).filter((_, at) => at !== index));
        (box.querySelectorAll("button")[index] ?? adder).focus();
      });
      return chip;
    }), adder);
    const write = (values) => {
      const isFocused = document.activeElement === adder;
      area.value = [...new Set(values)].join("\n");
      draw();
      if (isFocused) adder.focus();
      isOurs = true;
      for (const type of ["input", "change"]) area.dispatchEvent(new Event(type, { bubbles: true }));
      isOurs = false;
    };
    const add = (values) => {
      adder.value = "";
      if (values.length) write([...linesOf(area.value), ...values]);
    };

    box.className = "chips-in";
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", label);
    adder.setAttribute("aria-label", `Add to ${label}`);
    adder.setAttribute("aria-describedby", `${area.id}-problem`);
    adder.placeholder = "Add a value, or paste a list";
    adder.autocomplete = "off";
    adder.spellcheck = false;
    adder.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      add(linesOf(adder.value));
    });
    adder.addEventListener("paste", (event) => {
      const values = listOf(event.clipboardData.getData("text"));
      if (values.length < 2 || adder.value.trim()) return;
      event.preventDefault();
      add(values);
    });
    // Its own change is no field's; what was typed and not entered is a value all the same.
    adder.addEventListener("change", (event) => {
      event.stopPropagation();
      add(linesOf(adder.value));
    });
    box.addEventListener("click", (event) => { if (event.target === box) adder.focus(); });

    area.classList.add("vh");
    area.tabIndex = -1;
    area.setAttribute("aria-hidden", "true");
    area.addEventListener("focus", () => adder.focus());
    area.addEventListener("input", () => {
      if (isOurs) return;
      draw();
      area.dispatchEvent(new Event("change", { bubbles: true }));
    });
    if (help) help.hidden = true;
    area.after(box);
    draw();
  };

  const showAll = () => rows.querySelectorAll(".c-choices textarea:not([aria-hidden])").forEach(show);
  document.body.addEventListener("htmx:oobAfterSwap", (event) => { if (event.detail.target === rows) showAll(); });
  showAll();
})();
