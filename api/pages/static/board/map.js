// Where open cases are. A dot is red when its case is late.
/* global L */

import { el } from "../words.js";
import { drawTowns, makeMap } from "../ground.js";
import { placeWords } from "../cases/words.js";

export class CaseMap {
  constructor(id, data, onOpen) {
    this.map = makeMap(id, data);
    this.layer = L.layerGroup().addTo(this.map);
    this.onOpen = onOpen;
  }

  begin() {
    return drawTowns(this.map);
  }

  // The first cases come into view; afterwards the map stays where a hand has put it.
  show(cases) {
    this.layer.clearLayers();
    if (cases.length && !this.placed) {
      this.placed = true;
      this.map.fitBounds(cases.map(({ lat, lon }) => [lat, lon]), { padding: [30, 30], maxZoom: 17, animate: false });
    }
    for (const one of cases) {
      const fillColor = one.overdue ? "#b3261e" : "#0f6b6b";
      L.circleMarker([one.lat, one.lon], { radius: one.overdue ? 8 : 6, color: "#fff", weight: 1.5, fillColor, fillOpacity: 0.9 })
        .bindTooltip(el("span", {}, `${one.number} ${one.category_zh} ${placeWords(one)}`))
        .on("click", () => this.onOpen(one.number))
        .addTo(this.layer);
    }
  }
}
