/** The numbers in a form as shapes of an image, and back. */

const NUMBER = "(-?\\d{1,7}(?:\\.\\d+)?)";
const RECTANGLE = new RegExp(`^\\s*(pct:)?\\s*${NUMBER}\\s*,\\s*${NUMBER}\\s*,\\s*${NUMBER}\\s*,\\s*${NUMBER}\\s*$`);
const POLYGON = /^\s*(pct-)?polygon:(.*)$/;

/** A percentage with so many digits that no pixel of a large image is missed. */
const percent = (value) => Number(value.toFixed(4));

/** The lines of a redaction: each is a box or a polygon. */
export class ShapeLines {
  constructor(field) {
    this.field = field;
    this.hasPolygons = true;
    this.most = Infinity;
  }

  /** The shapes in pixels of the image; `null` for a line that is none. */
  read(image) {
    return this.lines().map((line) => shapeOf(line, image));
  }

  lines() {
    return this.field.value.split("\n").filter((line) => line.trim());
  }

  add(shape, image) {
    this.write([...this.lines(), lineOf(shape, image)]);
  }

  replace(index, shape, image) {
    this.write(this.lines().map((line, place) => (place === index ? lineOf(shape, image) : line)));
  }

  remove(index) {
    this.write(this.lines().filter((_, place) => place !== index));
  }

  write(lines) {
    this.field.value = lines.join("\n");
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function shapeOf(line, image) {
  const rectangle = RECTANGLE.exec(line);
  if (rectangle) {
    const isPercent = Boolean(rectangle[1]);
    const [x, y, width, height] = rectangle.slice(2).map(Number);
    const points = [[x, y], [x + width, y], [x + width, y + height], [x, y + height]];
    return { isBox: true, isPercent, points: isPercent ? inPixels(points, image) : points };
  }
  const polygon = POLYGON.exec(line);
  const points = polygon?.[2].trim().split(/\s+/).map((corner) => corner.split(",").map(Number)) ?? [];
  if (points.length < 3 || points.some((corner) => corner.length !== 2 || corner.some(Number.isNaN))) {
    return null;
  }
  const isPercent = Boolean(polygon[1]);
  return { isBox: false, isPercent, points: isPercent ? inPixels(points, image) : points };
}

const inPixels = (points, image) => points.map(([x, y]) => [(x * image.width) / 100, (y * image.height) / 100]);

function lineOf(shape, image) {
  const written = shape.isPercent
    ? shape.points.map(([x, y]) => [percent(clamp((100 * x) / image.width, 100)), percent(clamp((100 * y) / image.height, 100))])
    : shape.points.map(([x, y]) => [Math.round(x), Math.round(y)]);
  if (!shape.isBox) {
    return `${shape.isPercent ? "pct-" : ""}polygon:${written.map((corner) => corner.join(",")).join(" ")}`;
  }
  const [[left, top], , [right, bottom]] = written;
  const size = [right - left, bottom - top].map((edge) => (shape.isPercent ? percent(edge) : Math.max(1, edge)));
  return `${shape.isPercent ? "pct:" : ""}${[left, top, ...size].join(",")}`;
}

const clamp = (value, most) => Math.min(Math.max(value, 0), most);

/** The place of a picture: left, top and width in percent, when its position is free. */
export class PlaceLines {
  constructor(form) {
    this.form = form;
    this.hasPolygons = false;
    this.most = 1;
  }

  field(name) {
    return this.form.elements[`option_${name}`];
  }

  read(image) {
    const [left, top, width] = ["left_percent", "top_percent", "width_percent"].map((name) => this.field(name).value);
    if (this.field("position").value !== "free" || left === "" || top === "") {
      return [];
    }
    const [x, y] = [(left * image.width) / 100, (top * image.height) / 100];
    const across = ((width || 20) * image.width) / 100;
    const down = across * this.proportion();
    return [{ isBox: true, isPercent: true, points: [[x, y], [x + across, y], [x + across, y + down], [x, y + down]] }];
  }

  /** Height by width of the picture in use. */
  proportion() {
    const picture = document.querySelector(".field-option_picture img");
    return picture?.naturalWidth ? picture.naturalHeight / picture.naturalWidth : 0.5;
  }

  add(shape, image) {
    const [[left, top], , [right]] = shape.points;
    this.set("position", "free");
    this.set("left_percent", percent(clamp((100 * left) / image.width, 100)));
    this.set("top_percent", percent(clamp((100 * top) / image.height, 100)));
    this.set("width_percent", Math.max(1, Math.round(clamp((100 * (right - left)) / image.width, 100))));
    this.field("position").dispatchEvent(new Event("input", { bubbles: true }));
  }

  replace(index, shape, image) {
    this.add(shape, image);
  }

  remove() {
    this.set("position", "bottom right");
    this.field("position").dispatchEvent(new Event("input", { bubbles: true }));
  }

  set(name, value) {
    this.field(name).value = value;
  }
}
