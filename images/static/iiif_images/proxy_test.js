/** Calls the server at its public address and fills the table with what arrived. */

const plan = JSON.parse(document.getElementById("proxy-test-plan").textContent);
const rows = [...document.querySelectorAll("#proxy-test tbody tr")];
const rowsOf = (check) => rows.filter((row) => row.dataset.check === check);
const siteAddress = plan.address ?? location.origin + location.pathname.slice(0, -plan.page.length);
const called = new URL(siteAddress);

main();

async function main() {
  const answers = await Promise.all(plan.probes.map((probe) => call(probe.sent)));
  rowsOf("probe").forEach((row, number) => showProbe(row, plan.probes[number], answers[number]));
  const first = answers.find((answer) => answer.arrived);
  for (const check of ["scheme", "host", "address", "client"]) {
    const [row] = rowsOf(check);
    first ? checks[check](row, first.arrived) : show(row, "", "", false, answers[0].failure);
  }
  document.getElementById("proxy-test").dataset.done = "yes";
}

/** What arrived of a path, or a sentence on why nothing is known of it. */
async function call(path) {
  let response;
  try {
    response = await fetch(siteAddress + plan.service + path, { cache: "no-store", credentials: "omit", redirect: "error" });
  } catch {
    return { failure: `Nobody answers at ${siteAddress}, or something else than this server does.` };
  }
  const text = await response.text();
  try {
    return { arrived: readAnswer(response, text) };
  } catch {
    return { failure: `The answer was ${response.status} and not from this service: the path did not arrive.` };
  }
}

function readAnswer(response, text) {
  const document = JSON.parse(text);
  if (!response.ok || !("segments" in document)) {
    throw new Error("another program answered");
  }
  return document;
}

const checks = {
  scheme(row, arrived) {
    const sent = called.protocol.slice(0, -1);
    show(row, sent, arrived.scheme, sent === arrived.scheme);
  },
  host(row, arrived) {
    show(row, called.host, arrived.host, called.host === arrived.host);
  },
  address(row, arrived) {
    show(row, siteAddress, arrived.address || "a host that is not allowed", siteAddress === arrived.address);
  },
  client(row, arrived) {
    const isBelieved = arrived.trusted_hops > 0 || arrived.refused.length === 0;
    const path = arrived.trusted_hops > 0 ? `${arrived.client}, through ${arrived.sender}` : arrived.client;
    show(row, "", path, isBelieved, `${row.dataset.advice} ${arrived.sender}`);
  },
};

function showProbe(row, probe, answer) {
  if (!answer.arrived) {
    show(row, probe.sent, "", false, answer.failure);
  } else if (answer.arrived.segments === null) {
    show(row, probe.sent, "not told", false, "The server in front of Python does not tell the path as it was sent.");
  } else {
    const arrived = answer.arrived.segments;
    show(row, probe.sent, spelled(arrived), JSON.stringify(arrived) === JSON.stringify(probe.segments));
  }
}

/** The path as its segments would be sent. */
function spelled(segments) {
  return segments.map(encodeURIComponent).join("/");
}

function show(row, sent, arrived, isRight, advice = row.dataset.advice) {
  const cells = [sent, arrived, isRight ? "right" : advice].map((text) => {
    const cell = document.createElement("td");
    cell.textContent = text;
    return cell;
  });
  cells[2].className = isRight ? "iiif-ready" : "iiif-broken";
  row.append(...cells);
}
