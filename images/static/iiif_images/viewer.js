/** Opens the image of the page, or the pages of its manifest, in the viewer that the visitor chose. */

const stage = document.getElementById("stage");
const address = stage.dataset.address;
const isManifest = "isManifest" in stage.dataset;
const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
const isDark = matchMedia("(prefers-color-scheme: dark)").matches;

const OPENERS = { openseadragon: openOpenSeadragon, leaflet: openLeaflet, mirador: openMirador };

try {
  OPENERS[stage.dataset.viewer](await description());
} catch (error) {
  refuse(error.message);
}

/** The info.json of the image, or the manifest; an error that says in a sentence why there is none. */
async function description() {
  let answer;
  try {
    answer = await fetch(address);
  } catch {
    throw new Error("The server of the image cannot be reached from this page.");
  }
  if (!answer.ok) {
    throw new Error(await answer.text());
  }
  const found = await answer.json().catch(() => ({}));
  if (isManifest && !(found.type === "Manifest" || found["@type"] === "sc:Manifest")) {
    throw new Error("What is at this address is no manifest.");
  }
  if (!isManifest && !(found.width > 0 && found.height > 0)) {
    throw new Error("What is at this address is no info.json of an image.");
  }
  return found;
}

/** Says on the page why there is nothing to see. */
function refuse(sentence) {
  const place = document.getElementById("refusal");
  place.textContent = sentence;
  place.hidden = false;
  stage.hidden = true;
}

/** Whether every tile of the present view is drawn; for screen readers, and for tests. */
function tellWhetherBusy(isBusy) {
  stage.setAttribute("aria-busy", String(isBusy));
}

/** Gives the buttons of the page their work: `closer`, `farther`, `whole` and `full`. */
function useButtons(actions) {
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", actions[button.dataset.zoom]);
  }
  document.querySelector(".zoom").hidden = false;
}

// OpenSeadragon -----------------------------------------------------------------------------------------------------

function openOpenSeadragon(info) {
  keepOutStyles();
  const viewer = OpenSeadragon({
    element: stage,
    tileSources: info,
    // Its buttons are pictures under names that no hash is in; ours have words.
    showNavigationControl: false,
    crossOriginPolicy: "Anonymous",
    // WebGL is no faster for one image, and where there is no graphics processor it takes seconds for each view.
    drawer: "canvas",
    visibilityRatio: 0.5,
    maxZoomPixelRatio: 2,
    ...(isStill && { animationTime: 0 }),
  });
  viewer.addHandler("open-failed", ({ message }) => refuse(message));
  viewer.world.addHandler("add-item", ({ item }) => {
    tellWhetherBusy(!item.getFullyLoaded());
    item.addHandler("fully-loaded-change", ({ fullyLoaded }) => tellWhetherBusy(!fullyLoaded));
  });
  useButtons({
    closer: () => viewer.viewport.zoomBy(2).applyConstraints(),
    farther: () => viewer.viewport.zoomBy(0.5).applyConstraints(),
    whole: () => viewer.viewport.goHome(),
    full: () => viewer.viewport.zoomTo(viewer.viewport.imageToViewportZoom(1)).applyConstraints(),
  });
}

/** OpenSeadragon adds styles to the page, which lets none in, unless an element of that name is there already. */
function keepOutStyles() {
  const placeholder = document.createElementNS(null, "style");
  placeholder.setAttribute("data-openseadragon-mobile-css", "");
  document.head.append(placeholder);
}

// Leaflet -----------------------------------------------------------------------------------------------------------

function openLeaflet() {
  const map = L.map(stage, {
    center: [0, 0],
    zoom: 0,
    crs: L.CRS.Simple,
    zoomControl: false,
    attributionControl: false,
    ...(isStill && { fadeAnimation: false, zoomAnimation: false }),
  });
  const layer = new (tilesOfTheImage())(address);
  layer.on("loading", () => tellWhetherBusy(true));
  layer.on("load", () => tellWhetherBusy(false));
  layer.addTo(map);
  useButtons({
    closer: () => map.zoomIn(),
    farther: () => map.zoomOut(),
    whole: () => map.fitBounds(boundsOf(map, layer)),
    full: () => map.setZoom(layer.maxNativeZoom),
  });
}

/** Leaflet-IIIF, without the tiles beside the image that it asks for when it is zoomed far out. */
function tilesOfTheImage() {
  return L.TileLayer.Iiif.extend({
    _isValidTile(coords) {
      const covered = this.options.tileSize * 2 ** (this.maxNativeZoom - this._getZoomForUrl());
      const isOnImage = coords.x * covered < this.x && coords.y * covered < this.y;
      return isOnImage && L.TileLayer.Iiif.prototype._isValidTile.call(this, coords);
    },
  });
}

function boundsOf(map, layer) {
  const corner = map.unproject([layer.x, layer.y], layer.maxNativeZoom);
  return L.latLngBounds([0, 0], corner);
}

// Mirador -----------------------------------------------------------------------------------------------------------

function openMirador(found) {
  const manifest = isManifest ? found : manifestOf(found);
  const hasPages = (manifest.items ?? manifest.sequences?.[0].canvases ?? []).length > 1;
  Mirador.viewer({
    id: stage.id,
    language: "en",
    selectedTheme: isDark ? "dark" : "light",
    workspace: { type: "mosaic", allowNewWindows: false },
    workspaceControlPanel: { enabled: false },
    window: {
      allowClose: false,
      allowFullscreen: true,
      allowMaximize: false,
      allowTopMenuButton: false,
      allowWindowSideBar: false,
      hideWindowTitle: !isManifest,
      views: [{ key: "single" }],
    },
    thumbnailNavigation: { defaultPosition: hasPages ? "far-bottom" : "off" },
    windows: [{ manifestId: isManifest ? address : `${address}#manifest`, manifest }],
  });
  tellWhetherBusy(false);
}

/** The least that the Presentation API 3.0 asks for, around one image. */
function manifestOf(info) {
  const service = address.slice(0, -"/info.json".length);
  const id = (part) => `${address}#${part}`;
  const extent = { width: info.width, height: info.height };
  const isVersion3 = info.type === "ImageService3";
  const body = {
    id: `${service}/full/max/0/default.jpg`,
    type: "Image",
    format: "image/jpeg",
    ...extent,
    service: [isVersion3
      ? { id: service, type: "ImageService3", profile: "level2" }
      : { "@id": service, "@type": "ImageService2", profile: "http://iiif.io/api/image/2/level2.json" }],
  };
  const painting = { id: id("annotation"), type: "Annotation", motivation: "painting", body, target: id("canvas") };
  const list = { id: id("page"), type: "AnnotationPage", items: [painting] };
  const label = { none: [nameIn(service)] };
  return {
    "@context": "http://iiif.io/api/presentation/3/context.json",
    id: id("manifest"),
    type: "Manifest",
    label,
    items: [{ id: id("canvas"), type: "Canvas", label, ...extent, items: [list] }],
  };
}

/** The identifier of the image, as people would write it. */
function nameIn(service) {
  const last = service.slice(service.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
