// Where something is: by the device, by a tap on the map, or by an address.
/* global L */

import { say } from "../words.js";

const CLOSE = 17;

export class PlaceChoice {
  // onChoice({ lon, lat }) is told of every choice, null when there is none.
  constructor(map, onChoice = () => null) {
    Object.assign(this, { map, onChoice, point: null, marker: null });
    this.tapped = ({ latlng }) => this.choose(latlng.wrap(), false);
    map.on("click", this.tapped);
  }

  // The map takes no more taps.
  stop() {
    this.map.off("click", this.tapped);
    this.clear();
  }

  choose({ lng, lat }, near = true) {
    this.point = { lon: Number(lng.toFixed(6)), lat: Number(lat.toFixed(6)) };
    const at = [lat, lng];
    const icon = L.divIcon({ className: "place-mark wanted", iconSize: [26, 26] });
    if (this.marker) this.marker.setLatLng(at);
    else this.marker = L.marker(at, { icon, interactive: false, keyboard: false }).addTo(this.map);
    if (near) this.map.setView(at, Math.max(this.map.getZoom(), CLOSE), { animate: false });
    this.onChoice(this.point);
  }

  clear() {
    this.marker?.remove();
    this.marker = this.point = null;
    this.onChoice(null);
  }

  // The device's own position; browsers give it in WGS 84.
  async locate() {
    try {
      const { coords } = await position();
      this.choose({ lng: coords.longitude, lat: coords.latitude });
    } catch {
      say("定位不了，请在地图上点一下。", "The device does not say where it is; tap the map.", "bad");
    }
  }
}

// Metres in a degree: from south to north, and from west to east at a latitude.
export const DEGREE = 110_574;
export const east = (lat) => 111_320 * Math.cos((lat * Math.PI) / 180);

// Metres between places that are not far apart.
export function metres(from, one) {
  return Math.hypot((one.lon - from.lon) * east(from.lat), (one.lat - from.lat) * DEGREE);
}

export function position() {
  return new Promise((found, failed) => {
    if (!navigator.geolocation) failed(new Error("no geolocation"));
    else navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 });
  });
}
