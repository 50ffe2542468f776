// What a plan says, put as people read it.

import { el, two } from "../words.js";

export const COLOURS = ["#0b5f8a", "#b0370f", "#5f2bb8", "#1b7a3d", "#9c1f63", "#7a5a00", "#17252f", "#006d6d"];
export const colour = (officer) => COLOURS[(officer - 1) % COLOURS.length];

const WEEKDAYS = "日一二三四五六";

// Times are shown as the server wrote them, in its zone, wherever the page is opened.
export const clock = (time) => time.slice(11, 16);
export const day = (time) => time.slice(0, 10);
export const moment = (time) => `${day(time)} ${clock(time)}`;

export function later(time, minutes) {
  const [hour, minute] = clock(time).split(":").map(Number);
  const total = (hour * 60 + minute + minutes) % 1440;
  return `${String(Math.floor(total / 60)).padStart(2, "0")}:${String(total % 60).padStart(2, "0")}`;
}

export function head({ plan }) {
  const weekday = new Date(`${day(plan.starts)}T00:00:00Z`).getUTCDay();
  const times = `${day(plan.starts)}（周${WEEKDAYS[weekday]}） ${clock(plan.starts)}–${clock(plan.ends)}`;
  return [two("巡逻单", "Patrol"), el("span", { class: "when" }, times)];
}

// The stops of each officer, in order.
export function officersOf({ stops }) {
  const found = new Map();
  for (const stop of stops) {
    if (!found.has(stop.officer)) found.set(stop.officer, []);
    found.get(stop.officer).push(stop);
  }
  return [...found].map(([officer, own]) => ({ officer, own }));
}

export function span(own) {
  const last = own.at(-1);
  return `${clock(own[0].arrives)}–${later(last.arrives, last.minutes)}`;
}

// Kilometres between the stops as the crow flies.
export function kilometres(own) {
  let metres = 0;
  for (let k = 1; k < own.length; k += 1) {
    const [one, other] = [own[k - 1], own[k]];
    const east = (other.lon - one.lon) * 111320 * Math.cos((one.lat * Math.PI) / 180);
    metres += Math.hypot(east, (other.lat - one.lat) * 110574);
  }
  return (metres / 1000).toFixed(1);
}

// An officer comes to some places twice; those are one mark with all their numbers.
export function places(own) {
  const found = new Map();
  for (const stop of own) {
    const key = `${stop.lon} ${stop.lat}`;
    if (!found.has(key)) found.set(key, { lon: stop.lon, lat: stop.lat, stops: [] });
    found.get(key).stops.push(stop);
  }
  return [...found.values()].map((place) => ({ ...place, label: place.stops.map((stop) => stop.position).join("·") }));
}

export const placeName = (stop) => stop.name || stop.address || stop.grid || "";

// Where to stand, in two lines: what it is, and by which address one finds it.
export function address(stop) {
  const far = stop.address_m >= 30 ? ` ${Math.round(stop.address_m)} m` : "";
  return stop.address ? `${stop.address}${far}` : "";
}
