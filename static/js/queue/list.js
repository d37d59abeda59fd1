/* A filter of the list is applied when it is chosen. Without script the form has a button. */
document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-submits]")) event.target.form.requestSubmit();
});
