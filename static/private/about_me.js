/** The private page of a viewer: hands the secret behind the # over when its button is pressed, and forgets it. */

const secret = location.hash.slice(1);
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-secret]"));
const field = /** @type {HTMLInputElement | null} */ (document.querySelector("input[name=secret]"));
if (form && field) {
  field.value = secret;
  form.hidden = !secret;
  const missing = document.getElementById("missing");
  if (missing) missing.hidden = Boolean(secret);
}
history.replaceState(null, "", location.pathname);

export {};
