/** Refuses a file that is too large before it is sent, and says that one is on its way. */

const form = document.querySelector(".iiif-upload form");
const field = form.querySelector('input[type="file"]');
const button = form.querySelector('input[type="submit"]');
const limit = Number(form.dataset.limit);

field.addEventListener("change", () => {
  const [file] = field.files;
  const isTooLarge = Boolean(file) && file.size > limit;
  field.setCustomValidity(isTooLarge ? `This file is larger than ${limit / 1e6} megabytes.` : "");
  field.reportValidity();
});

form.addEventListener("submit", () => {
  button.value = "Uploading …";
  button.disabled = true;
});

/** Whoever comes back to the page may send another. */
window.addEventListener("pageshow", () => {
  button.value = "Upload";
  button.disabled = false;
});
