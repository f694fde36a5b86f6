/** The builder of addresses: choose on the picture and in the fields, see the address and what it gives. */

const form = document.getElementById("builder");
const image = { width: Number(form.dataset.width), height: Number(form.dataset.height) };
const area = form.querySelector(".area");
const frame = form.querySelector(".box");
const result = form.querySelector(".result");
const refusal = form.querySelector(".answer .refusal");

/** A field of the form. */
const field = (name) => form.elements[name];

/** The whole number between the two that is nearest to `value`. */
const within = (least, value, most) => Math.min(Math.max(Math.round(value), least), most);

// The address -------------------------------------------------------------------------------------------------------

function regionParameter() {
  return field("region").value === "box"
    ? ["x", "y", "w", "h"].map((name) => field(name).value).join(",")
    : field("region").value;
}

function sizeParameter() {
  const [width, height] = [field("width").value, field("height").value];
  const forms = {
    max: form.dataset.largest,
    width: `${width},`,
    height: `,${height}`,
    inside: `!${width},${height}`,
    exact: `${width},${height}`,
    percent: `pct:${field("percent").value}`,
  };
  return (field("enlarge")?.checked ? "^" : "") + forms[field("size").value];
}

function parameters() {
  const rotation = (field("mirror")?.checked ? "!" : "") + field("rotation").value;
  const file = `${field("quality").value}.${field("format").value}`;
  return [regionParameter(), sizeParameter(), rotation, file].join("/");
}

/** Shows the address that the fields make, and asks for its picture. */
function show() {
  const address = `${form.dataset.address}/${parameters()}`;
  const link = form.querySelector(".address a");
  link.href = `${form.dataset.path}/${parameters()}`;
  link.querySelector("code").textContent = address;
  form.querySelector(".address button").dataset.copy = address;
  result.src = link.href;
}

result.addEventListener("load", () => {
  refusal.hidden = true;
  result.hidden = false;
});

result.addEventListener("error", async () => {
  result.hidden = true;
  refusal.textContent = await reason(result.src);
  refusal.hidden = false;
});

/** Why there is nothing to see, in the server's own words where it refuses. */
async function reason(address) {
  const answer = await fetch(address);
  return answer.ok ? "Browsers do not show this format: follow the address to save the file." : answer.text();
}

// The region on the picture -----------------------------------------------------------------------------------------

/** The region as it stands in the fields. */
function region() {
  const [x, y, width, height] = ["x", "y", "w", "h"].map((name) => Number(field(name).value));
  return { x, y, width, height };
}

/** Puts a region into the fields, cut to the image. */
function choose({ x, y, width, height }) {
  field("region").value = "box";
  field("x").value = within(0, x, image.width - 1);
  field("y").value = within(0, y, image.height - 1);
  field("w").value = within(1, width, image.width - field("x").value);
  field("h").value = within(1, height, image.height - field("y").value);
  arrange();
}

/** Draws the region, and leaves only those fields that the choices made need. */
function arrange() {
  const { x, y, width, height } = shownRegion();
  frame.style.left = `${(100 * x) / image.width}%`;
  frame.style.top = `${(100 * y) / image.height}%`;
  frame.style.width = `${(100 * width) / image.width}%`;
  frame.style.height = `${(100 * height) / image.height}%`;
  for (const part of form.querySelectorAll("[data-shown-for]")) {
    const [name, values] = part.dataset.shownFor.split("=");
    part.hidden = !values.split(",").includes(field(name).value);
  }
}

/** What of the image the address asks for. */
function shownRegion() {
  const edge = Math.min(image.width, image.height);
  const regions = {
    full: { x: 0, y: 0, ...image },
    square: { x: (image.width - edge) / 2, y: (image.height - edge) / 2, width: edge, height: edge },
    box: region(),
  };
  return regions[field("region").value];
}

/** The pixel of the image below the pointer. */
function pixelAt(event) {
  const { left, top, width, height } = area.getBoundingClientRect();
  return {
    x: within(0, ((event.clientX - left) / width) * image.width, image.width),
    y: within(0, ((event.clientY - top) / height) * image.height, image.height),
  };
}

/** The box between two pixels, whichever way it was drawn. */
function between(start, end) {
  return {
    x: Math.min(start.x, end.x),
    y: Math.min(start.y, end.y),
    width: Math.abs(start.x - end.x),
    height: Math.abs(start.y - end.y),
  };
}

area.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  frame.focus();
  area.setPointerCapture(event.pointerId);
  const start = pixelAt(event);
  const draw = (moved) => choose(between(start, pixelAt(moved)));
  area.addEventListener("pointermove", draw);
  area.addEventListener("lostpointercapture", () => {
    area.removeEventListener("pointermove", draw);
    show();
  }, { once: true });
});

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Arrows move the region by a fiftieth of the image; with Shift they change its size, with Ctrl by single pixels. */
frame.addEventListener("keydown", (event) => {
  const arrow = ARROWS[event.key];
  if (!arrow) {
    return;
  }
  event.preventDefault();
  const step = event.ctrlKey ? 1 : Math.max(1, Math.round(Math.max(image.width, image.height) / 50));
  choose(event.shiftKey ? resized(shownRegion(), arrow, step) : moved(shownRegion(), arrow, step));
});

function resized({ x, y, width, height }, [right, down], step) {
  return { x, y, width: width + right * step, height: height + down * step };
}

function moved({ x, y, width, height }, [right, down], step) {
  return {
    x: within(0, x + right * step, image.width - width),
    y: within(0, y + down * step, image.height - height),
    width,
    height,
  };
}

frame.addEventListener("keyup", (event) => {
  if (event.key in ARROWS) {
    show();
  }
});

// -------------------------------------------------------------------------------------------------------------------

form.addEventListener("change", () => {
  arrange();
  show();
});
form.addEventListener("submit", (event) => event.preventDefault());
form.hidden = false;
arrange();
show();
