// The index page: a map to click, a box to type into, one answer. Text is only ever set as text.
/* global L */

import { ask } from "./ask.js";
import { makeMap } from "./ground.js";
import { SearchBox } from "./search/box.js";
import { bad, pointAnswer } from "./search/answers.js";
import { PlaceMark } from "./search/mark.js";
import { initWords } from "./words.js";

const data = JSON.parse(document.getElementById("data").textContent);
initWords();
const map = makeMap("map", data, { zoomSnap: 0.25 });
const box = new SearchBox(document.getElementById("ask"), {
  mark: new PlaceMark(map),
  onPoint: (point) => look({ ...point, typed: true }),
});
const labels = [];

function element(tag, kind, ...parts) {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  made.append(...parts);
  return made;
}

async function outlines(level, style, labelled) {
  const { content: shapes } = await ask(`/v1/outlines?level=${level}`);
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
  }
}

const tell = (zh, en, ...more) => box.show(...bad(zh, en, ...more));

async function look({ lon, lat, crs, typed }) {
  const turn = box.begin();
  try {
    const { content } = await ask(`/v1/resolve?${new URLSearchParams({ lon, lat, crs })}`);
    if (!box.isCurrent(turn)) return;
    box.show(...pointAnswer(content));
    await box.point(content, { typed });
  } catch (error) {
    if (box.isCurrent(turn)) box.complain(error);
  }
}

map.on("zoomend", thin);
map.on("click", (event) => {
  const place = event.latlng.wrap();
  const lon = place.lng.toFixed(6), lat = place.lat.toFixed(6);
  box.text = `${lon}, ${lat}`;
  box.crs.value = "wgs84";
  look({ lon, lat, crs: "wgs84", typed: false });
});

draw()
  .catch((error) => tell("边界读不出来。", "The boundaries cannot be read.", error.message))
  .finally(() => { document.body.dataset.ready = "true"; });
