// Keeps what changes by itself up to date while somebody looks at it: the tables of jobs, the charts of activity.
// Without it the page is read again by hand.
"use strict";

(() => {
  const PARTS = ["#iiif-schedule", "#result_list tbody", "#iiif-activity"];
  const SECONDS = 3;

  // What somebody is using stays as it is.
  function isInUse(part) {
    const inUse = ".action-select:checked, details[open]";
    return part.contains(document.activeElement) || part.querySelector(inUse) !== null;
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
    const told = document.querySelector("[data-refresh]");
    if (told) {
      // A server that is away for a moment is asked again next time.
      setInterval(() => refresh().catch(() => {}), (Number(told.dataset.refresh) || SECONDS) * 1000);
    }
  }

  document.addEventListener("DOMContentLoaded", begin);
})();
