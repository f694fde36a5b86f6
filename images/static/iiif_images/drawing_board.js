/** Shapes drawn over an image that can be zoomed, with the mouse or from the keyboard. */

const SVG = "http://www.w3.org/2000/svg";
const HANDLE_RADIUS = 6;
const FEWEST_CORNERS = 3;
const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;

function svg(name, attributes = {}) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value);
  }
  return element;
}

export class DrawingBoard {
  /** `lines` reads the shapes from the form and writes them back. */
  constructor(section, lines) {
    this.lines = lines;
    this.stage = section.querySelector(".iiif-stage");
    this.canvas = svg("svg", { "aria-label": "Shapes" });
    this.tool = "move";
    this.corners = [];
    this.layTools(section.querySelector(".iiif-tools"));
    this.canvas.addEventListener("pointerdown", (event) => this.press(event));
    this.canvas.addEventListener("dblclick", () => this.finishPolygon());
    section.addEventListener("keydown", (event) => this.key(event));
  }

  open(image, addressOf) {
    this.image = image;
    this.viewer?.destroy();
    keepOutStyles();
    this.viewer = OpenSeadragon({
      element: this.stage,
      tileSources: tileSource(image, addressOf),
      showNavigationControl: false,
      drawer: "canvas",
      visibilityRatio: 0.5,
      maxZoomPixelRatio: 4,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: false },
      ...(isStill && { animationTime: 0 }),
    });
    this.stage.append(this.canvas);
    for (const event of ["open", "animation", "update-viewport", "resize"]) {
      this.viewer.addHandler(event, () => this.place());
    }
    this.viewer.addHandler("open", () => this.redraw());
  }

  // Tools -----------------------------------------------------------------------------------------------------------

  layTools(toolbar) {
    this.buttons = {};
    const tools = { move: "Move the image", box: "Draw a box", ...(this.lines.hasPolygons && { polygon: "Draw a polygon" }) };
    for (const [tool, title] of Object.entries(tools)) {
      this.buttons[tool] = button(toolbar, title, () => this.choose(tool));
    }
    button(toolbar, "Add a box in the middle", () => this.addInTheMiddle());
    button(toolbar, "Closer", () => this.viewer.viewport.zoomBy(2).applyConstraints());
    button(toolbar, "Farther", () => this.viewer.viewport.zoomBy(0.5).applyConstraints());
    button(toolbar, "Whole image", () => this.viewer.viewport.goHome());
    this.choose("move");
  }

  choose(tool) {
    this.tool = tool;
    this.corners = [];
    for (const [name, one] of Object.entries(this.buttons)) {
      one.setAttribute("aria-pressed", String(name === tool));
    }
    this.canvas.classList.toggle("iiif-drawing", tool !== "move");
    this.place();
  }

  addInTheMiddle() {
    const view = this.viewer.viewport;
    const middle = view.viewportToImageCoordinates(view.getCenter(true));
    const across = Math.max(2, view.viewportToImageCoordinates(view.getBounds(true).getSize()).x / 5);
    const down = across / 2;
    const [x, y] = [this.inside(middle.x - across / 2, "width"), this.inside(middle.y - down / 2, "height")];
    this.add(boxBetween([x, y], [this.inside(x + across, "width"), this.inside(y + down, "height")]));
  }

  add(shape) {
    this.lines.add(shape, this.image);
    this.redraw();
    this.shapes.at(-1)?.element.focus();
  }

  // Drawing ---------------------------------------------------------------------------------------------------------

  /** Draws every shape of the form anew. */
  redraw() {
    if (!this.viewer?.isOpen()) {
      return;
    }
    const focused = this.shapes?.findIndex(({ element }) => element === document.activeElement) ?? -1;
    const read = this.lines.read(this.image);
    this.shapes = read.flatMap((shape, index) => (shape ? [this.drawn(shape, index)] : []));
    this.draft = svg("polyline", { class: "iiif-shape" });
    this.canvas.replaceChildren(...this.shapes.flatMap(({ element, handles }) => [element, ...handles]), this.draft);
    this.place();
    this.shapes[focused]?.element.focus({ preventScroll: true });
  }

  drawn(shape, index) {
    const name = shape.isBox ? "Box" : "Polygon";
    const label = `${name} ${index + 1}, from ${shape.points[0].map(Math.round).join(", ")}`;
    const element = svg("polygon", { class: "iiif-shape", tabindex: 0, role: "img", "aria-label": label });
    const grips = shape.isBox ? [2] : shape.points.map((_, corner) => corner);
    const handles = grips.map((corner) => {
      const handle = svg("circle", { class: "iiif-handle", r: HANDLE_RADIUS });
      handle.addEventListener("pointerdown", (event) => this.drag(event, shape, index, corner));
      handle.iiifCorner = corner;
      return handle;
    });
    element.addEventListener("pointerdown", (event) => this.drag(event, shape, index, null));
    return { shape, index, element, handles };
  }

  /** Moves what is drawn to where the image is now. */
  place() {
    if (!this.viewer?.isOpen()) {
      return;
    }
    for (const { shape, element, handles } of this.shapes ?? []) {
      const points = shape.points.map((point) => this.onStage(point));
      element.setAttribute("points", points.map((point) => point.join(",")).join(" "));
      for (const handle of handles) {
        const [x, y] = points[handle.iiifCorner];
        handle.setAttribute("cx", x);
        handle.setAttribute("cy", y);
      }
    }
    this.draft?.setAttribute("points", this.corners.map((point) => this.onStage(point).join(",")).join(" "));
  }

  onStage([x, y]) {
    const point = this.viewer.viewport.imageToViewerElementCoordinates(new OpenSeadragon.Point(x, y));
    return [point.x, point.y];
  }

  onImage(event) {
    const bounds = this.stage.getBoundingClientRect();
    const place = new OpenSeadragon.Point(event.clientX - bounds.left, event.clientY - bounds.top);
    const point = this.viewer.viewport.viewerElementToImageCoordinates(place);
    return [this.inside(point.x, "width"), this.inside(point.y, "height")];
  }

  inside(value, edge) {
    return Math.min(Math.max(value, 0), this.image[edge]);
  }

  // The mouse -------------------------------------------------------------------------------------------------------

  press(event) {
    if (this.tool === "box") {
      this.stretch(event, this.onImage(event));
    } else if (this.tool === "polygon") {
      this.corner(this.onImage(event));
      event.preventDefault();
    }
  }

  stretch(event, start) {
    this.follow(event, (moved) => {
      const box = boxBetween(start, this.onImage(moved));
      this.corners = [...box.points, box.points[0]];
      this.place();
    }, (ended) => {
      this.corners = [];
      const box = boxBetween(start, this.onImage(ended));
      if (isLargeEnough(box)) {
        this.choose("move");
        this.add(box);
      }
      this.place();
    });
  }

  corner(point) {
    const [first] = this.corners;
    if (first && this.corners.length >= FEWEST_CORNERS && this.isNear(first, point)) {
      this.finishPolygon();
      return;
    }
    if (!this.corners.length || !this.isNear(this.corners.at(-1), point, 2)) {
      this.corners.push(point);
    }
    this.place();
  }

  isNear(one, other, reach = 2 * HANDLE_RADIUS) {
    const [a, b] = [this.onStage(one), this.onStage(other)];
    return Math.hypot(a[0] - b[0], a[1] - b[1]) < reach;
  }

  finishPolygon() {
    const points = this.corners;
    this.choose("move");
    if (points.length >= FEWEST_CORNERS) {
      this.add({ isBox: false, isPercent: false, points });
    }
  }

  /** Drags a corner of a shape, or all of it where no corner is named. */
  drag(event, shape, index, corner) {
    if (this.tool !== "move") {
      return;
    }
    event.stopPropagation();
    const start = this.onImage(event);
    const before = shape.points;
    this.follow(event, (moved) => {
      const now = this.onImage(moved);
      shape.points = corner === null ? shifted(before, now[0] - start[0], now[1] - start[1]) : pulled(shape, before, corner, now);
      this.place();
    }, () => {
      if (shape.points !== before) {
        this.lines.replace(index, shape, this.image);
        this.redraw();
      }
      this.shapes.find((one) => one.index === index)?.element.focus({ preventScroll: true });
    });
  }

  /** Calls back for each move of the pointer until it is let go. */
  follow(event, moved, ended) {
    event.preventDefault();
    this.viewer.setMouseNavEnabled(false);
    const stop = new AbortController();
    const options = { signal: stop.signal };
    window.addEventListener("pointermove", moved, options);
    const end = (last) => {
      stop.abort();
      this.viewer.setMouseNavEnabled(true);
      ended(last);
    };
    window.addEventListener("pointerup", end, options);
    window.addEventListener("pointercancel", end, options);
  }

  // The keyboard ----------------------------------------------------------------------------------------------------

  key(event) {
    if (event.key === "Escape") {
      this.choose("move");
    } else if (event.key === "Enter" && this.corners.length) {
      event.preventDefault();
      this.finishPolygon();
    } else {
      const focused = this.shapes?.find(({ element }) => element === document.activeElement);
      if (focused) {
        this.keyOn(focused, event);
      }
    }
  }

  keyOn({ shape, index }, event) {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.lines.remove(index);
      this.redraw();
      (this.shapes[Math.min(index, this.shapes.length - 1)]?.element ?? this.buttons.box).focus();
    } else if (ways[event.key]) {
      event.preventDefault();
      event.stopPropagation();
      const step = event.ctrlKey || event.metaKey ? 10 : 1;
      const [across, down] = ways[event.key].map((way) => way * step);
      const corner = shape.points[2];
      shape.points = event.shiftKey && shape.isBox
        ? pulled(shape, shape.points, 2, [corner[0] + across, corner[1] + down])
        : shifted(shape.points, across, down);
      this.lines.replace(index, shape, this.image);
      this.redraw();
    }
  }
}

function button(toolbar, title, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "button";
  element.textContent = title;
  element.addEventListener("click", act);
  toolbar.append(element);
  return element;
}

function boxBetween([a, b], [c, d]) {
  const [left, right] = [Math.min(a, c), Math.max(a, c)];
  const [top, bottom] = [Math.min(b, d), Math.max(b, d)];
  return { isBox: true, isPercent: false, points: [[left, top], [right, top], [right, bottom], [left, bottom]] };
}

const isLargeEnough = ({ points: [[left, top], , [right, bottom]] }) => right - left >= 1 && bottom - top >= 1;

const shifted = (points, across, down) => points.map(([x, y]) => [x + across, y + down]);

function pulled(shape, points, corner, [x, y]) {
  if (!shape.isBox) {
    return points.map((point, index) => (index === corner ? [x, y] : point));
  }
  const [[left, top]] = points;
  return boxBetween([left, top], [Math.max(left + 1, x), Math.max(top + 1, y)]).points;
}

/** The image in tiles of one size, each resolution half of the one before. */
function tileSource(image, addressOf) {
  const last = Math.ceil(Math.log2(Math.max(image.width, image.height)));
  return {
    width: image.width,
    height: image.height,
    tileSize: image.tile,
    minLevel: Math.min(last, Math.floor(Math.log2(image.tile)) - 1),
    maxLevel: last,
    getTileUrl: (level, column, row) => {
      const factor = 2 ** (last - level);
      const edge = image.tile * factor;
      const [x, y] = [column * edge, row * edge];
      const [width, height] = [Math.min(edge, image.width - x), Math.min(edge, image.height - y)];
      const size = [width, height].map((length) => Math.ceil(length / factor));
      return addressOf(`${[x, y, width, height].join(",")}/${size.join(",")}`);
    },
  };
}

/** OpenSeadragon adds styles to the page, which lets none in, unless an element of that name is there already. */
function keepOutStyles() {
  if (!document.querySelector("[data-openseadragon-mobile-css]")) {
    const placeholder = document.createElementNS(null, "style");
    placeholder.setAttribute("data-openseadragon-mobile-css", "");
    document.head.append(placeholder);
  }
}
