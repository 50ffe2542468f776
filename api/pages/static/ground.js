// A map of Leaflet as every page begins it: the country, tiles where some are set, a scale.
/* global L */

import { ask } from "./ask.js";

const BORDER = { color: "#17252f", weight: 2, fill: false };

export function makeMap(id, { country, tiles }, options = {}) {
  const map = L.map(id, { preferCanvas: true, zoomSnap: 0.5, attributionControl: Boolean(tiles), ...options });
  map.fitBounds(country);
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
  if (tiles) {
    // Leaflet shows an attribution as HTML.
    const text = document.createElement("i");
    text.textContent = tiles.attribution;
    L.tileLayer(tiles.url, { attribution: text.innerHTML, maxZoom: 20 }).addTo(map);
  }
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(map.getContainer());
  return map;
}

// Draw the towns, and bring them into view where there are some.
export async function drawTowns(map) {
  const { content } = await ask("/v1/outlines?level=area");
  if (!content.features.length) return null;
  const towns = L.geoJSON(content, { style: BORDER, interactive: false }).addTo(map);
  map.fitBounds(towns.getBounds(), { padding: [14, 14], animate: false });
  return towns;
}
