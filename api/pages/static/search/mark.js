// Where a place is, on a map of Leaflet: a mark, and the outline of the smallest grid that owns it.
/* global L */

import { ask } from "../ask.js";
import { el } from "../words.js";

const CLOSE = 17;
const OUTLINE = { color: "#b2182b", weight: 3, fillColor: "#d2761a", fillOpacity: 0.2 };

export class PlaceMark {
  constructor(map) {
    // Above whatever a page draws, and below what it lets point at.
    map.createPane("place").style.zIndex = 590;
    map.getPane("place").style.pointerEvents = "none";
    Object.assign(this, { map, layer: L.layerGroup().addTo(map), renderer: L.svg({ pane: "place" }), turn: null });
  }

  clear() {
    this.turn = null;
    this.layer.clearLayers();
  }

  // The places that may be meant, by the numbers that they have in a list; the map shows them all.
  showAll(places) {
    this.clear();
    const points = places.map(({ point: [lon, lat] }) => [lat, lon]);
    points.forEach((at, k) => {
      const icon = L.divIcon({ className: "place-mark numbered", iconSize: [26, 26], html: el("b", {}, String(k + 1)) });
      this.layer.addLayer(L.marker(at, { icon, interactive: false, keyboard: false, zIndexOffset: -k }));
    });
    if (points.length) this.map.fitBounds(points, { maxZoom: CLOSE, padding: [60, 60], animate: false });
  }

  // Who clicked sees the place already; who typed may be looking elsewhere.
  async show({ point: [lon, lat], grids }, { typed = true } = {}) {
    this.clear();
    const turn = (this.turn = {}), owner = grids.at(-1);
    const icon = L.divIcon({ className: "place-mark", iconSize: [26, 26] });
    this.layer.addLayer(L.marker([lat, lon], { icon, interactive: false, keyboard: false }));
    if (typed) this.map.setView([lat, lon], Math.max(this.map.getZoom(), CLOSE), { animate: false });
    if (!owner) return;
    const { content } = await ask(`/v1/grids/${encodeURIComponent(owner.code)}`);
    if (turn !== this.turn) return;
    const shape = L.geoJSON(content.geometry, { style: { ...OUTLINE, pane: "place", renderer: this.renderer }, interactive: false });
    this.layer.addLayer(shape);
    if (typed) this.map.fitBounds(shape.getBounds(), { maxZoom: CLOSE, padding: [60, 60], animate: false });
  }
}
