// The page of addresses: what nobody could place waits for a person; other names are kept.
/* global L */

import { ask } from "../planner/plan.js";
import { initWords } from "../planner/words.js";
import { SearchBox } from "../search/box.js";
import { PlaceMark } from "../search/mark.js";
import { listAliases } from "./aliases.js";
import { listReviews } from "./reviews.js";
import { complain } from "./words.js";

const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);

initWords();
const map = L.map("map", { preferCanvas: true, zoomSnap: 0.5, attributionControl: Boolean(data.tiles) }).fitBounds(data.country);
L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
if (data.tiles) {
  // Leaflet shows an attribution as HTML.
  const text = document.createElement("i");
  text.textContent = data.tiles.attribution;
  L.tileLayer(data.tiles.url, { attribution: text.innerHTML, maxZoom: 20 }).addTo(map);
}
new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(map.getContainer());

const mark = new PlaceMark(map);
new SearchBox(byId("address-search"), { mark, onSent: () => listReviews(mark).catch(complain) });
byId("state").addEventListener("change", () => listReviews(mark).catch(complain));

async function draw() {
  const { content } = await ask("/v1/outlines?level=area");
  if (!content.features.length) return;
  const areas = L.geoJSON(content, { style: { color: "#17252f", weight: 2, fill: false }, interactive: false }).addTo(map);
  map.fitBounds(areas.getBounds(), { padding: [14, 14], animate: false });
}

Promise.all([draw(), listReviews(mark), listAliases()])
  .catch(complain)
  .finally(() => { document.body.dataset.ready = "true"; });
