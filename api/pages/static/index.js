// The index page: a map to click, a box to type into, one answer. Text is only ever set as text.
/* global L */

const LEVELS = {
  area: ["街镇区域网格", "area grid"],
  unit: ["村级单元网格", "unit grid"],
  micro: ["村居微网格", "micro-grid"],
  police: ["派出所辖区", "police area"],
};
const STATUS = {
  inside: ["在网格内", "inside a grid"],
  border: ["在网格边界上，归编码在前者", "on a border: the first by code owns it"],
  outside: ["不在任何网格内", "outside every grid"],
};

const data = JSON.parse(document.getElementById("data").textContent);
const form = document.getElementById("ask");
const answer = document.getElementById("answer");

const map = L.map("map", { preferCanvas: true, zoomSnap: 0.25, attributionControl: Boolean(data.tiles) });
map.fitBounds(data.country);
L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
if (data.tiles) {
  // Leaflet shows an attribution as HTML.
  const text = document.createElement("i");
  text.textContent = data.tiles.attribution;
  L.tileLayer(data.tiles.url, { attribution: text.innerHTML, maxZoom: 20 }).addTo(map);
}

const found = L.layerGroup().addTo(map);
const labels = [];
let asked = 0;

function element(tag, kind, ...parts) {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  made.append(...parts);
  return made;
}

function english(text) {
  const made = element("span", "", text);
  made.lang = "en";
  return made;
}

async function get(address) {
  const reply = await fetch(address, { headers: { Accept: "application/json" } });
  const content = await reply.json();
  if (!reply.ok) throw Object.assign(new Error(content.detail), { fix: content.fix });
  return content;
}

async function outlines(level, style, labelled) {
  const shapes = await get(`/v1/outlines?level=${level}`);
  if (!shapes.features.length) return null;
  const layer = L.geoJSON(shapes, { style, interactive: false }).addTo(map);
  if (labelled) layer.eachLayer(label);
  return layer;
}

function label(shape) {
  const { name, code } = shape.feature.properties;
  const text = element("span", "", name || code);
  const bounds = shape.getBounds();
  const icon = L.divIcon({ className: "place", html: text });
  L.marker(bounds.getCenter(), { icon, interactive: false, keyboard: false }).addTo(map);
  const size = bounds.getNorthEast().distanceTo(bounds.getSouthWest());
  labels.push({ text, size });
}

// Where names would lie on each other, the larger area's is shown; zooming in brings the rest.
function thin() {
  const shown = [];
  for (const { text } of labels.sort((one, other) => other.size - one.size)) {
    const box = text.getBoundingClientRect();
    const clash = shown.some(
      (other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom,
    );
    text.style.visibility = clash ? "hidden" : "visible";
    if (!clash) shown.push(box);
  }
}

async function draw() {
  const faint = { color: "#0f6b6b", weight: 0.8, opacity: 0.7, fillOpacity: 0.04 };
  const units = await outlines("unit", faint, false);
  const areas = await outlines("area", { color: "#17252f", weight: 2, fill: false }, true);
  const all = areas || units;
  if (all) {
    map.fitBounds(all.getBounds(), { padding: [14, 14], animate: false });
    thin();
    sample(all.getBounds().getCenter());
    return;
  }
  const command = "gisgrid import boundaries FILE --level area --code COL --publish";
  tell("还没有边界。", "There are no boundaries yet.", element("code", "", command));
}

function sample(place) {
  for (const [key, value] of [["lon", place.lng], ["lat", place.lat]]) {
    const text = value.toFixed(4);
    for (const one of document.querySelectorAll(`[data-sample=${key}]`)) one.textContent = text;
    form.elements[key].placeholder = text;
  }
}

function tell(zh, en, ...more) {
  const line = element("p", "verdict bad", `${zh} `, english(en), element("br"), ...more);
  answer.replaceChildren(line);
}

function item(grid) {
  const [zh, en] = LEVELS[grid.level];
  const kind = element("div", "kind", `${zh} `, english(en));
  const head = element("div", "head", kind, element("div", "code", grid.code));
  return element("li", grid.level, head, element("div", "name", grid.name || grid.code));
}

function show(result) {
  const [zh, en] = STATUS[result.status];
  const list = element("ol", "", ...result.grids.map(item));
  if (result.police) list.append(item(result.police));
  const parts = [element("p", "verdict", `${zh} `, english(en)), list];
  const note = (chinese, other) => parts.push(element("p", "note", `${chinese} `, english(other)));
  for (const level of result.missing) note(`此处没有${LEVELS[level][0]}。`, `No ${LEVELS[level][1]} here.`);
  if (!result.nested) note("此处各级网格不相套。", "The levels do not nest here.");
  if (result.notice) parts.push(element("p", "note", result.notice));
  answer.replaceChildren(...parts);
}

function mark(result) {
  const place = [result.point[1], result.point[0]];
  const style = { radius: 7, color: "#fff", weight: 2, fillColor: "#17252f", fillOpacity: 1 };
  found.clearLayers();
  found.addLayer(L.circleMarker(place, { ...style, interactive: false }));
  if (!map.getBounds().contains(place)) map.panTo(place);
}

async function highlight(result, turn, typed) {
  const last = result.grids.at(-1);
  if (!last) return;
  const grid = await get(`/v1/grids/${encodeURIComponent(last.code)}`);
  if (turn !== asked) return;
  const style = { color: "#d2761a", weight: 3, fillColor: "#d2761a", fillOpacity: 0.25 };
  const shape = L.geoJSON(grid.geometry, { style, interactive: false });
  found.addLayer(shape);
  // Who clicked sees the place already; who typed may be looking elsewhere.
  if (typed) map.fitBounds(shape.getBounds(), { maxZoom: 15, padding: [60, 60] });
}

async function look({ typed }) {
  asked += 1;
  const turn = asked;
  const query = new URLSearchParams();
  for (const key of ["lon", "lat", "crs"]) query.set(key, form.elements[key].value.trim());
  try {
    const result = await get(`/v1/resolve?${query}`);
    if (turn !== asked) return;
    mark(result);
    show(result);
    await highlight(result, turn, typed);
  } catch (error) {
    if (turn === asked) found.clearLayers();
    const text = [error.message, error.fix].filter(Boolean).join(" · ");
    if (turn === asked) tell("查不了。", "That cannot be looked up.", text);
  }
}

map.on("zoomend", thin);
// The answer beside it makes the map taller.
new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(map.getContainer());
map.on("click", (event) => {
  const place = event.latlng.wrap();
  form.elements.lon.value = place.lng.toFixed(6);
  form.elements.lat.value = place.lat.toFixed(6);
  form.elements.crs.value = "wgs84";
  look({ typed: false });
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  look({ typed: true });
});

draw()
  .catch((error) => tell("边界读不出来。", "The boundaries cannot be read.", error.message))
  .finally(() => { document.body.dataset.ready = "true"; });
