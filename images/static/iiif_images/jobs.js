// Keeps the tables of jobs up to date while somebody looks at them. Without it the page is read again by hand.
"use strict";

(() => {
  const PARTS = ["#iiif-schedule", "#result_list tbody"];
  const SECONDS = 3;

  // A table that somebody is using stays as it is.
  function isInUse(part) {
    return part.contains(document.activeElement) || part.querySelector(".action-select:checked") !== null;
  }

  function takeOver(part, fresh) {
    if (part && fresh && !isInUse(part) && part.innerHTML !== fresh.innerHTML) {
      part.innerHTML = fresh.innerHTML;
    }
  }

  async function refresh() {
    if (document.hidden) {
      return;
    }
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) {
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const name of PARTS) {
      takeOver(document.querySelector(name), page.querySelector(name));
    }
  }

  function begin() {
    if (document.querySelector("[data-refresh]")) {
      // A server that is away for a moment is asked again next time.
      setInterval(() => refresh().catch(() => {}), SECONDS * 1000);
    }
  }

  document.addEventListener("DOMContentLoaded", begin);
})();
