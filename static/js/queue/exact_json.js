/* JSON read and written without rounding its numbers. An object is a Map, a number is kept as it is written. */
(() => {
  "use strict";
  class ExactNumber {
    constructor(text) { this.text = text; }
  }
  const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
  const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
  const BLANK = /[ \t\n\r]*/y;
  const WORDS = new Map([["true", true], ["false", false], ["null", null]]);
  const MOST_LEVELS = 100;

  /* Throws an Error with a sentence that names line, column and path. */
  const read = (text) => {
    let at = 0;
    const path = [];
    const match = (pattern) => {
      pattern.lastIndex = at;
      const found = pattern.exec(text);
      if (found) at += found[0].length;
      return found?.[0];
    };
    const fail = (problem) => {
      const lines = text.slice(0, at).split("\n");
      const where = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("").replace(/^\./, "");
      const inside = where ? `, in “${where}”` : "";
      throw new Error(`Line ${lines.length}, column ${lines.at(-1).length + 1}: ${problem}${inside}.`);
    };
    const take = (sign) => {
      match(BLANK);
      if (text[at] !== sign) return false;
      at += 1;
      return true;
    };
    const members = (end, add) => {
      if (take(end)) return;
      do add(); while (take(","));
      if (!take(end)) fail(`expected , or ${end}`);
    };
    const value = () => {
      if (path.length > MOST_LEVELS) fail("nested too deeply");
      match(BLANK);
      if (text[at] === "{") return object();
      if (text[at] === "[") return list();
      const string = match(STRING);
      if (string !== undefined) return JSON.parse(string);
      const number = match(NUMBER);
      if (number !== undefined) return new ExactNumber(number);
      for (const [word, meaning] of WORDS) {
        if (text.startsWith(word, at)) {
          at += word.length;
          return meaning;
        }
      }
      return fail("expected a value");
    };
    const object = () => {
      const made = new Map();
      at += 1;
      members("}", () => {
        match(BLANK);
        const key = match(STRING);
        if (key === undefined) fail("expected a name in quotes");
        const name = JSON.parse(key);
        if (made.has(name)) fail(`the name ${key} is there already`);
        path.push(name);
        if (!take(":")) fail("expected :");
        made.set(name, value());
        path.pop();
      });
      return made;
    };
    const list = () => {
      const made = [];
      at += 1;
      members("]", () => {
        path.push(made.length);
        made.push(value());
        path.pop();
      });
      return made;
    };
    const whole = value();
    match(BLANK);
    if (at < text.length) fail("expected the end");
    return whole;
  };

  const write = (value, margin = "") => {
    const inner = `${margin}  `;
    const block = (signs, parts) => (parts.length
      ? `${signs[0]}\n${parts.map((part) => inner + part).join(",\n")}\n${margin}${signs[1]}` : signs);
    if (value instanceof ExactNumber) return value.text;
    if (Array.isArray(value)) return block("[]", value.map((one) => write(one, inner)));
    if (value instanceof Map) {
      return block("{}", [...value].map(([name, one]) => `${JSON.stringify(name)}: ${write(one, inner)}`));
    }
    return JSON.stringify(value);
  };

  /* What somebody typed as a number; a text where it is none, which the site then says. */
  const number = (text) => {
    NUMBER.lastIndex = 0;
    return NUMBER.exec(text)?.[0] === text ? new ExactNumber(text) : text;
  };

  window.exactJson = { ExactNumber, number, read, write };
})();
