/* Only what htmx cannot do: a key is invalid exactly while its place for problems says something, and is told whole. */
(() => {
  "use strict";
  document.body.addEventListener("htmx:afterSettle", () => {
    document.querySelectorAll("#map-form .key").forEach((key) => {
      const problem = document.getElementById(key.getAttribute("aria-describedby"));
      if (problem?.textContent.trim()) key.setAttribute("aria-invalid", "true");
      else key.removeAttribute("aria-invalid");
    });
  });
  // A key may be longer than its field: pointing at it shows the whole, also of what was just typed.
  document.addEventListener("input", (event) => {
    if (event.target.matches("#map-form .key")) event.target.title = event.target.value;
  });
  // Beyond the first and the last row there is nothing to ask for.
  document.addEventListener("click", (event) => {
    if (event.target.closest(".rownav [aria-disabled=true]")) event.preventDefault();
  });
})();
