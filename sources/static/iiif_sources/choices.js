"use strict";

// The form of a source shows the fields that its choices use. Without this script it shows all of them.
const FIELDS = {
  answers_for: {
    prefix: ["identifier_prefix", "keeps_prefix"],
    pattern: ["identifier_pattern"],
  },
  lookup: {
    affixes: ["lookup_prefix", "lookup_suffix"],
    template: ["lookup_template"],
  },
};

function showWhatIsUsed(select, fieldsOfChoices) {
  for (const [choice, fields] of Object.entries(fieldsOfChoices)) {
    for (const field of fields) {
      const row = document.querySelector(`.form-row.field-${field}`);
      if (row) {
        row.hidden = choice !== select.value && !row.querySelector(".errorlist");
      }
    }
  }
}

document.addEventListener("DOMContentLoaded", () => {
  for (const [name, fieldsOfChoices] of Object.entries(FIELDS)) {
    const select = document.getElementById(`id_${name}`);
    if (select) {
      showWhatIsUsed(select, fieldsOfChoices);
      select.addEventListener("change", () => showWhatIsUsed(select, fieldsOfChoices));
    }
  }
});
