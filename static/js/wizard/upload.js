/* Only what htmx cannot do: dropping a file, looking at its size before it is sent, and saying how much is sent. */
(() => {
  "use strict";
  const whole = new Intl.NumberFormat("en-US");
  const size = (bytes) => {
    for (const [unit, name] of [[1024 ** 3, "GB"], [1024 ** 2, "MB"], [1024, "KB"]]) {
      if (bytes >= unit) return `${(bytes / unit).toFixed(1)} ${name}`;
    }
    return `${bytes} bytes`;
  };
  const within = (form, selector) => form.querySelector(selector);

  const refuse = (form, sentence) => {
    const note = document.createElement("p");
    note.className = "note bad";
    note.textContent = sentence;
    within(form, "#upload-problem").replaceChildren(...(sentence ? [note] : []));
  };

  const busy = (form, file) => {
    form.classList.toggle("busy", Boolean(file));
    within(form, ".sending").hidden = !file;
    within(form, "[data-name]").textContent = file ? file.name : "";
    within(form, "[data-sent]").textContent = "";
    within(form, "progress").value = 0;
  };

  const send = (form) => {
    const file = within(form, "[type=file]").files[0];
    if (!file) return;
    refuse(form, "");
    if (file.size > Number(form.dataset.max)) {
      refuse(form, `${file.name} has ${whole.format(file.size)} bytes; at most ${form.dataset.most} are taken. Nothing was sent.`);
      form.reset();
      return;
    }
    form.requestSubmit();
  };

  const upload = (event) => event.target.closest?.("form[data-upload]");

  document.addEventListener("change", (event) => {
    if (event.target.type === "file" && upload(event)) send(upload(event));
  });

  // The whole page takes a file: one that falls beside the place must not replace the page.
  const place = () => document.querySelector("form[data-upload]:not(.busy)");
  const hasFile = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    place()?.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) place()?.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    const form = place();
    if (!form) return;
    form.classList.remove("over");
    if (event.dataTransfer.files.length !== 1) {
      refuse(form, "One file at a time, please.");
      return;
    }
    within(form, "[type=file]").files = event.dataTransfer.files;
    send(form);
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-stop]")) htmx.trigger(upload(event), "htmx:abort");
  });

  document.body.addEventListener("htmx:beforeSend", (event) => {
    const form = upload(event);
    if (form) busy(form, within(form, "[type=file]").files[0]);
  });
  document.body.addEventListener("htmx:xhr:progress", (event) => {
    const form = upload(event);
    const { lengthComputable, loaded, total } = event.detail;
    if (!form || !lengthComputable || !form.classList.contains("busy")) return;
    within(form, "progress").value = loaded / total;
    within(form, "[data-sent]").textContent = loaded < total ? `${size(loaded)} of ${size(total)} sent` : `${size(total)} sent. Reading …`;
  });
  const over = (sentence) => (event) => {
    const form = upload(event);
    if (!form) return;
    busy(form, null);
    // Where the file is read while one waits, it stays chosen: another way of reading it needs no second choice.
    if (!("keep" in form.dataset)) form.reset();
    if (sentence) refuse(form, sentence);
  };
  document.body.addEventListener("htmx:sendAbort", over("Stopped. Nothing was stored."));
  document.body.addEventListener("htmx:sendError", over("The upload broke off. Nothing was stored; try again."));
  document.body.addEventListener("htmx:responseError", (event) => {
    // Where there is no room for it, the heading of the error page says what to do.
    const { status, responseText } = event.detail.xhr;
    const heading = status === 507 && new DOMParser().parseFromString(responseText, "text/html").querySelector("h1");
    over(heading ? heading.textContent : "The site did not take the file. Nothing was stored; reload the page and try again.")(event);
  });
  document.body.addEventListener("htmx:afterOnLoad", (event) => {
    // On the way to another page the bar stays.
    if (upload(event) && !event.detail.xhr.getResponseHeader("HX-Redirect")) over("")(event);
  });
})();
