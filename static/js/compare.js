/* Another choice of what is compared shows it at once. */
(() => {
  "use strict";
  document.addEventListener("change", (event) => {
    if (event.target.matches("select")) event.target.closest("form[data-on-change]")?.requestSubmit();
  });
})();
