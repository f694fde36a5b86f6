/** Beside the form of an overlay: an image to try it on, a board to draw on, and previews that follow what is typed. */

import { DrawingBoard } from "./drawing_board.js";
import { PlaceLines, ShapeLines } from "./drawn_lines.js";

const PAUSE_MILLISECONDS = 500;

const workbench = document.getElementById("workbench");
if (workbench) {
  start(workbench.closest("form"));
}

function start(form) {
  const identifier = document.getElementById("sample-identifier");
  const visitor = document.getElementById("sample-visitor");
  const lines = linesOf(form);
  const addresses = [...form.querySelectorAll("input[type=url]")];
  let board = null;
  let pause = 0;
  let running = null;

  const later = () => {
    clearTimeout(pause);
    pause = setTimeout(preview, PAUSE_MILLISECONDS);
  };

  form.addEventListener("input", (event) => {
    if (event.target !== identifier && event.target.type !== "url") {
      later();
    }
    board?.redraw();
  });
  form.addEventListener("change", later);
  // The server fetches what an address names, so it is told of one only when all of it has been typed.
  for (const address of addresses) {
    address.dataset.whole = address.value;
    address.addEventListener("change", () => (address.dataset.whole = address.value));
  }
  visitor.addEventListener("change", later);
  document.getElementById("sample-show").addEventListener("click", show);
  identifier.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      show();
    }
  });
  showFaces(form);
  if (identifier.value) {
    show();
  }

  async function show() {
    if (lines) {
      try {
        const image = await answerOf(`${workbench.dataset.image}?${new URLSearchParams({ identifier: identifier.value })}`);
        document.getElementById("board").hidden = false;
        board ??= new DrawingBoard(document.getElementById("board"), lines);
        board.open(image, (region) => `${workbench.dataset.tile}?${new URLSearchParams({ identifier: identifier.value, region })}`);
      } catch (error) {
        say(error.message, true);
        return;
      }
    }
    preview();
  }

  async function preview() {
    if (!identifier.value.trim()) {
      return;
    }
    running?.abort();
    running = new AbortController();
    const data = new FormData(form);
    for (const address of addresses) {
      data.set(address.name, address.dataset.whole);
    }
    data.set("preview_identifier", identifier.value);
    data.set("preview_as", visitor.value);
    workbench.setAttribute("aria-busy", "true");
    try {
      const answer = await answerOf(workbench.dataset.preview, { method: "POST", body: data, signal: running.signal });
      if (answer.problems.length) {
        say(answer.problems.join("\n"), true);
      } else {
        lay(answer.pictures);
      }
    } catch (error) {
      if (error.name === "AbortError") {
        return;
      }
      say(error.message, true);
    }
    workbench.setAttribute("aria-busy", "false");
  }
}

/** The fields that can be drawn, if this kind of overlay has any. */
function linesOf(form) {
  if (form.elements.option_shapes) {
    return new ShapeLines(form.elements.option_shapes);
  }
  if (form.elements.option_left_percent && form.elements.option_width_percent) {
    return new PlaceLines(form);
  }
  return null;
}

/** What the server answers; an error with its sentence. */
async function answerOf(address, options = {}) {
  let answer;
  try {
    answer = await fetch(address, { credentials: "same-origin", ...options });
  } catch (error) {
    throw error.name === "AbortError" ? error : new Error("The server cannot be reached.");
  }
  const document = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    throw new Error(document.sentence ?? "The server did not answer as it should. Load the page again.");
  }
  return document;
}

function say(sentence, isWrong = false) {
  const place = document.getElementById("workbench-says");
  place.textContent = sentence;
  place.classList.toggle("iiif-broken", isWrong);
}

// Previews ----------------------------------------------------------------------------------------------------------

function lay(pictures) {
  const wholes = pictures.filter((picture) => picture.kind === "whole");
  const tiles = pictures.filter((picture) => picture.kind === "tile");
  document.getElementById("previews").hidden = false;
  document.querySelector(".iiif-wholes").replaceChildren(...wholes.map(figureOf));
  layTiles(tiles);
  const words = pictures.find((picture) => picture.words.length)?.words ?? [];
  if (words.length) {
    say(`Written into answers that show the whole image:\n${words.join("\n")}`);
    return;
  }
  const touched = pictures.filter((picture) => picture.isTouched).length;
  say(touched ? "" : "Nothing is drawn on this image: look at what the rule applies to, and whether there is room for it.");
}

function figureOf(picture) {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  caption.textContent = `${picture.width} × ${picture.height}${picture.isTouched ? "" : ", nothing drawn"}`;
  figure.append(imageOf(picture), caption);
  return figure;
}

function imageOf(picture) {
  const image = document.createElement("img");
  image.src = picture.address;
  image.width = picture.width;
  image.height = picture.height;
  image.alt = `Preview, ${picture.width} by ${picture.height} pixels`;
  return image;
}

function layTiles(tiles) {
  const columns = new Set(tiles.map((tile) => tile.x)).size;
  const place = document.querySelector(".iiif-tiles");
  place.style.gridTemplateColumns = `repeat(${columns}, auto)`;
  place.replaceChildren(...tiles.map(imageOf));
}

// Fonts -------------------------------------------------------------------------------------------------------------

/** Shows the chosen face below the list of fonts, and which one it is in the chosen weight. */
function showFaces(form) {
  const list = form.elements.option_font_0;
  const weight = form.elements.option_weight;
  if (!list || !weight) {
    return;
  }
  const sample = document.createElement("img");
  sample.className = "iiif-font-sample";
  const told = document.createElement("p");
  told.className = "iiif-font-told";
  told.setAttribute("role", "status");
  const place = document.createElement("div");
  place.className = "help";
  place.append(sample, told);
  (list.closest(".flex-container") ?? list).after(place);
  let asked = 0;
  const show = async () => {
    const turn = ++asked;
    const query = new URLSearchParams({ font: list.value, weight: weight.value });
    let face;
    try {
      face = await answerOf(`${workbench.dataset.fonts}?${query}`);
    } catch (error) {
      face = { sentence: error.message };
    }
    if (turn === asked) {
      told.textContent = face.sentence;
      sample.hidden = !face.picture;
      sample.src = face.picture ?? "";
      sample.alt = `The face of ${list.selectedOptions[0].textContent}`;
    }
  };
  list.addEventListener("change", show);
  weight.addEventListener("change", show);
  show();
}
