/* Copy puts the ticked rows into the clipboard. Without script, or where the browser lets nobody write there, they come as
   a file; what the site says instead of them stands on the page. */
(() => {
  "use strict";
  const said = (number) => {
    const words = document.querySelector("[data-copied-rows]");
    const toast = words.content.firstElementChild.cloneNode(true);
    const noun = number === 1 ? words.dataset.one : words.dataset.many;
    toast.querySelector("span").textContent = `Copied ${number.toLocaleString("en-US")} ${noun}.`;
    document.getElementById("messages").replaceChildren(toast);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copies-rows]");
    if (!button || !navigator.clipboard?.write) return;
    event.preventDefault();
    const form = button.form;
    const number = form.querySelectorAll("tbody .k-tick :checked").length;
    const text = fetch(button.formAction, { method: "POST", body: new FormData(form, button) }).then(async (response) => {
      if (!response.headers.get("Content-Type")?.startsWith("text/csv")) throw new Error("no rows");
      return new Blob([await response.text()], { type: "text/plain" });
    });
    // Written with what is still to come: a browser lets a page write only just after a click.
    navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]).then(() => said(number), () => form.requestSubmit(button));
  });
})();
