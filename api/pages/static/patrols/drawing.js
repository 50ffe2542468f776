// A map as SVG, sharp on paper: streets with names, micro-grids, a route and its numbered stops.

import { places } from "./plan.js";

const WIDTH = 186, HEIGHT = 84, MARGIN = 9; // millimetres
const LEAST = 500; // metres across
const NAMES = 14;
const SVG = "http://www.w3.org/2000/svg";

function make(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  node.append(...children);
  return node;
}

export function drawMap(own, { lines, grids }, colour) {
  const view = viewOf(own);
  const svg = make("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "map", role: "img" });
  for (const { geometry } of grids.features) {
    svg.append(make("path", { d: ringsPath(geometry, view), class: "grid" }));
  }
  for (const { geometry, properties } of lines.features) {
    const kind = properties.class === "main" ? "street main" : "street";
    svg.append(make("path", { d: linesPath(geometry, view), class: kind }));
  }
  svg.append(...streetNames(lines.features, view));
  const route = own.map((stop, k) => `${k ? "L" : "M"}${view(stop.lon, stop.lat).join(" ")}`).join("");
  svg.append(make("path", { d: route, class: "halo" }), make("path", { d: route, class: "route", stroke: colour }));
  for (const place of places(own)) svg.append(pin(place, view, colour));
  svg.append(scale(view), make("rect", { x: 0.2, y: 0.2, width: WIDTH - 0.4, height: HEIGHT - 0.4, class: "frame" }));
  return svg;
}

// From degrees to millimetres, so that all stops are seen.
function viewOf(own) {
  const lons = own.map((stop) => stop.lon), lats = own.map((stop) => stop.lat);
  const middle = [(Math.min(...lons) + Math.max(...lons)) / 2, (Math.min(...lats) + Math.max(...lats)) / 2];
  const east = 111320 * Math.cos((middle[1] * Math.PI) / 180), north = 110574;
  const wide = Math.max(LEAST, (Math.max(...lons) - Math.min(...lons)) * east);
  const high = Math.max(LEAST / 2, (Math.max(...lats) - Math.min(...lats)) * north);
  const factor = Math.min((WIDTH - 2 * MARGIN) / wide, (HEIGHT - 2 * MARGIN) / high);
  const view = (lon, lat) => [
    Number((WIDTH / 2 + (lon - middle[0]) * east * factor).toFixed(2)),
    Number((HEIGHT / 2 - (lat - middle[1]) * north * factor).toFixed(2)),
  ];
  view.millimetresPerMetre = factor;
  return view;
}

const path = (points, view) => points.map(([lon, lat], k) => `${k ? "L" : "M"}${view(lon, lat).join(" ")}`).join("");
const parts = ({ type, coordinates }, single) => (type === single ? [coordinates] : coordinates);

function linesPath(geometry, view) {
  return parts(geometry, "LineString").map((line) => path(line, view)).join("");
}

function ringsPath(geometry, view) {
  return parts(geometry, "Polygon").flatMap((rings) => rings.map((ring) => `${path(ring, view)}Z`)).join("");
}

// The longest named streets in view get their names, as far as they do not lie on each other.
function streetNames(features, view) {
  const inside = ([x, y]) => x > 8 && y > 4 && x < WIDTH - 8 && y < HEIGHT - 4;
  const found = new Map();
  for (const { geometry, properties } of features) {
    if (!properties.name) continue;
    for (const line of parts(geometry, "LineString")) {
      const points = line.map(([lon, lat]) => view(lon, lat)).filter(inside);
      if (points.length < 2) continue;
      const length = Math.hypot(points.at(-1)[0] - points[0][0], points.at(-1)[1] - points[0][1]);
      if (length > (found.get(properties.name)?.length || 10)) {
        const at = [0, 1].map((k) => (points[0][k] + points.at(-1)[k]) / 2);
        const near = points.reduce((a, b) => (Math.hypot(a[0] - at[0], a[1] - at[1]) < Math.hypot(b[0] - at[0], b[1] - at[1]) ? a : b));
        found.set(properties.name, { length, at: near });
      }
    }
  }
  const shown = [];
  for (const [name, { at }] of [...found].sort((a, b) => b[1].length - a[1].length)) {
    const clash = shown.some((one) => Math.abs(one.at[0] - at[0]) < 16 && Math.abs(one.at[1] - at[1]) < 4);
    if (!clash && shown.length < NAMES) shown.push({ name, at });
  }
  return shown.map(({ name, at: [x, y] }) => make("text", { x, y, class: "name" }, name));
}

function pin({ lon, lat, label }, view, colour) {
  const [x, y] = view(lon, lat), half = 2.3 + 0.95 * (label.length - 1);
  return make("g", { class: "pin" },
    make("rect", { x: x - half, y: y - 2.3, width: 2 * half, height: 4.6, rx: 2.3, fill: colour }),
    make("text", { x, y: y + 1.15 }, label));
}

function scale(view) {
  const metres = [100, 200, 500, 1000, 2000, 5000].find((one) => one * view.millimetresPerMetre > 18) || 10000;
  const long = metres * view.millimetresPerMetre;
  const text = metres < 1000 ? `${metres} m` : `${metres / 1000} km`;
  return make("g", { class: "scale" },
    make("rect", { x: 3, y: HEIGHT - 8, width: long + 4, height: 6, class: "paper" }),
    make("path", { d: `M5 ${HEIGHT - 4}v1h${long.toFixed(2)}v-1` }),
    make("text", { x: 5, y: HEIGHT - 4.6 }, text));
}
