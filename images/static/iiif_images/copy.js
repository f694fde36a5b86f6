/** Every button with `data-copy` puts that text on the clipboard, and says so for a moment. */

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (button) {
    say(button, (await copied(button.dataset.copy)) ? "Copied" : "Press Ctrl+C");
  }
});

/** Whether the text is on the clipboard now. */
async function copied(text) {
  if (!navigator.clipboard) {
    return copiedBySelection(text);
  }
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelection(text);
  }
}

/** The old way, for pages that came over plain HTTP: browsers give them no clipboard. */
function copiedBySelection(text) {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

/** Shows a word on the button until the visitor turns to something else. */
function say(button, word) {
  const usual = (button.dataset.usual ??= button.textContent);
  const label = button.getAttribute("aria-label");
  button.textContent = word;
  button.removeAttribute("aria-label");
  const restore = () => {
    button.textContent = usual;
    if (label) {
      button.setAttribute("aria-label", label);
    }
  };
  button.focus();
  button.addEventListener("blur", restore, { once: true });
  button.addEventListener("pointerleave", restore, { once: true });
}
