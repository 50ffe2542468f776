// The map on the screen: streets and micro-grids beneath, routes, numbered stops, gaps.
/* global L */

import { makeMap } from "../ground.js";
import { el } from "../words.js";
import { colour, officersOf, places, placeName, clock } from "./plan.js";

const GRID = { color: "#51626b", weight: 1, dashArray: "4 4", fill: false, interactive: false };
const TOWN = { color: "#17252f", weight: 2, fill: false, interactive: false };
const GAP = { color: "#6a1b9a", weight: 1, fillColor: "#8e24aa", fillOpacity: 0.35 };
const STREETS = { main: 3, minor: 1.6 };

export class PatrolMap {
  constructor(id, data) {
    this.map = makeMap(id, data);
    [this.ground, this.gapLayer, this.routes] = [1, 2, 3].map(() => L.layerGroup().addTo(this.map));
    this.markers = new Map();
  }

  // The towns, for as long as no plan is shown.
  district(outlines) {
    const towns = L.geoJSON(outlines, { style: TOWN }).addTo(this.ground);
    if (outlines.features.length) this.map.fitBounds(towns.getBounds(), { animate: false });
  }

  show(plan) {
    this.routes.clearLayers();
    this.ground.clearLayers();
    this.markers.clear();
    const all = [];
    for (const { officer, own } of officersOf(plan)) {
      const path = own.map((stop) => [stop.lat, stop.lon]);
      L.polyline(path, { color: "#fff", weight: 7, opacity: 0.8, interactive: false }).addTo(this.routes);
      L.polyline(path, { color: colour(officer), weight: 4, opacity: 0.9, interactive: false }).addTo(this.routes);
      for (const place of places(own)) this._marker(place, officer);
      all.push(...path);
    }
    if (all.length) this.map.fitBounds(all, { padding: [40, 40], animate: false, maxZoom: 17 });
  }

  _marker(place, officer) {
    const html = el("span", { class: "pin" }, place.label);
    html.style.background = colour(officer);
    const icon = L.divIcon({ className: "stop", html, iconSize: null });
    const words = place.stops.map((stop) => `${clock(stop.arrives)} ${placeName(stop)}`).join("\n");
    const text = el("span", { class: "tip" }, words);
    const marker = L.marker([place.lat, place.lon], { icon, keyboard: false, title: words }).bindTooltip(text).addTo(this.routes);
    for (const stop of place.stops) this.markers.set(stop.id, { marker, html, place });
    this.mark(place.stops[0]);
  }

  // A mark fades when all its stops were visited.
  mark(stop) {
    const { html, place } = this.markers.get(stop.id);
    html.classList.toggle("visited", place.stops.every((one) => one.visited_at));
  }

  look(stop) {
    this.map.setView([stop.lat, stop.lon], Math.max(this.map.getZoom(), 16), { animate: false });
    this.markers.get(stop.id).marker.openTooltip();
  }

  beneath({ lines, grids }) {
    this.ground.clearLayers();
    const street = (one) => ({ color: "#b9c4c9", weight: STREETS[one.properties.class] || 1, interactive: false });
    L.geoJSON(lines, { style: street }).addTo(this.ground);
    L.geoJSON(grids, { style: GRID }).addTo(this.ground);
  }

  gaps(layer) {
    this.gapLayer.clearLayers();
    if (!layer) return;
    const tell = (one, shape) => {
      const { households, farthest_m: far } = one.properties;
      const metres = far === null ? "—" : `${Math.round(far)} m`;
      shape.bindTooltip(el("span", { class: "tip" }, `${households} 户 households\n最远 farthest ${metres}`));
    };
    L.geoJSON(layer, { style: GAP, onEachFeature: tell }).addTo(this.gapLayer);
  }
}
