// How grids look: by households, never by colour alone.
import { NONE } from "./cells.js";
import { Labels, trace, worldX, worldY } from "./layer.js";

export const KINDS = [
  { mark: "↓", zh: "不足", en: "under", color: "#2f6db5", fill: "rgba(74,134,204,.30)", hatch: "/" },
  { mark: "✓", zh: "合适", en: "within", color: "#2c6e3f", fill: "rgba(104,176,120,.30)", hatch: "" },
  { mark: "↑", zh: "超出", en: "over", color: "#a8480c", fill: "rgba(226,132,60,.34)", hatch: "x" },
];
export const kindOf = (households, [least, most]) =>
  KINDS[households < least ? 0 : households > most ? 2 : 1];

// What a grid says on the map: its households, and by how many they miss the range.
export function standing(households, range) {
  const kind = kindOf(households, range);
  const miss = households < range[0] ? households - range[0] : Math.max(households - range[1], 0);
  return `${households} ${kind.mark}${miss ? Math.abs(miss) : ""}`;
}

const LINES = {
  river: ["#6fb1d8", 4.5], main: ["#98a1a7", 3.5], minor: ["#b9c1c5", 2.2], wall: ["#a5876a", 1.3],
};

const patterns = new Map();

// Hatching in a grid's colour, so that it is told apart in black and white too.
function pattern(ctx, { hatch, fill, color }) {
  if (!hatch) return fill;
  if (!patterns.has(hatch)) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 9;
    const pen = tile.getContext("2d");
    pen.fillStyle = fill;
    pen.fillRect(0, 0, 9, 9);
    pen.strokeStyle = color;
    pen.globalAlpha = 0.45;
    pen.lineWidth = 1.1;
    pen.beginPath();
    for (const at of [-9, 0, 9]) {
      pen.moveTo(at - 1, 10);
      pen.lineTo(at + 10, -1);
      if (hatch === "x") {
        pen.moveTo(at - 1, -1);
        pen.lineTo(at + 10, 10);
      }
    }
    pen.stroke();
    patterns.set(hatch, ctx.createPattern(tile, "repeat"));
  }
  return patterns.get(hatch);
}

// GeoJSON polygons as rings of the world, with their box.
export function toWorld(geometry) {
  const parts = geometry.type.startsWith("Multi") ? geometry.coordinates : [geometry.coordinates];
  const flat = geometry.type.endsWith("LineString") ? [parts] : parts;
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const rings = flat.flat().map((ring) => Float64Array.from(ring.flatMap(([lon, lat]) => {
    const x = worldX(lon), y = worldY(lat);
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
    return [x, y];
  })));
  return { rings, box };
}

// All grids of a plan, faint where a unit is open.
export function drawOverview(ctx, view, { micros, units }, { range, open }) {
  for (const kind of KINDS) {
    ctx.beginPath();
    for (const grid of micros)
      if (grid.parent !== open && view.sees(grid.box) && kindOf(grid.households ?? 0, range) === kind)
        trace(ctx, grid.rings, view);
    ctx.fillStyle = open ? "rgba(120,136,144,.10)" : pattern(ctx, kind);
    ctx.fill();
  }
  outlines(ctx, view, micros, open ? "rgba(80,96,104,.35)" : "rgba(23,37,47,.45)", view.zoom > 13 ? 1 : 0.5);
  outlines(ctx, view, units, "rgba(15,80,80,.75)", view.zoom > 12 ? 2 : 1);
  const labels = new Labels(ctx);
  if (open || view.zoom < 12) return;
  for (const unit of units) {
    if (!view.sees(unit.box)) continue;
    const [x, y] = centre(unit.box, view);
    labels.put(unit.name || unit.code, x, y, { size: 13 });
  }
  if (view.zoom < 14.5) return;
  for (const grid of micros) {
    if (!view.sees(grid.box) || grid.households === null) continue;
    const [x, y] = centre(grid.box, view);
    labels.put(standing(grid.households, range), x, y, { size: 12, weight: 500, color: kindOf(grid.households, range).color });
  }
}

// Grids as shapes of their own over what is there: a proposal, another plan.
export function drawShapes(ctx, view, shapes, range) {
  ctx.beginPath();
  for (const { rings } of shapes) trace(ctx, rings, view);
  ctx.fillStyle = "#f4f6f5";
  ctx.fill();
  for (const kind of KINDS) {
    ctx.beginPath();
    for (const one of shapes) if (kindOf(one.households, range) === kind) trace(ctx, one.rings, view);
    ctx.fillStyle = pattern(ctx, kind);
    ctx.fill();
  }
  outlines(ctx, view, shapes, "#6a1b7a", 3);
  const labels = new Labels(ctx);
  for (const { box, households } of shapes)
    labels.put(standing(households, range), ...centre(box, view), { size: 16, color: kindOf(households, range).color });
}

function outlines(ctx, view, grids, color, width) {
  ctx.beginPath();
  for (const grid of grids) if (view.sees(grid.box)) trace(ctx, grid.rings, view);
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.stroke();
}

const centre = ([w, n, e, s], view) => [view.x((w + e) / 2), view.y((n + s) / 2)];

// What stands still while a unit is painted: streets, houses and cells, seen through the grids.
export function drawGround(ctx, view, unit) {
  drawLines(ctx, view, unit.lines);
  drawBuildings(ctx, view, unit.buildings);
  drawCells(ctx, view, unit.cells);
}

// The open unit, cell by cell.
export function drawUnit(ctx, view, unit, { range, target, locked, focus, faults, covered }) {
  const { cells } = unit;
  fillGrids(ctx, view, unit, range);
  const own = cells.codes.indexOf(target);
  borders(ctx, view, [...cells.borders], "#2b3a42", 2);
  if (own >= 0) borders(ctx, view, [...cells.borders].filter((edge) => cells.sides(edge).includes(own)), "#0b5f5f", 4.5);
  if (focus >= 0) ring(ctx, view, cells.world[focus]);
  for (const { x, y } of faults) mark(ctx, view.x(x), view.y(y));
  if (!covered) labelGrids(ctx, view, unit, { range, target, locked });
}

function fillGrids(ctx, view, { cells, households, outline }, range) {
  for (const grid of [NONE, ...cells.codes.keys()]) {
    ctx.fillStyle = grid === NONE ? "rgba(150,30,90,.16)" : pattern(ctx, kindOf(households(grid), range));
    ctx.beginPath();
    trace(ctx, outline(grid), view);
    ctx.fill("evenodd");
  }
}

// Many things as several paths: the cost of a path grows faster than what is in it.
function inPaths(ctx, things, size, add, end) {
  for (let at = 0; at < things.length; at += size) {
    ctx.beginPath();
    for (const one of things.slice(at, at + size)) add(one);
    end();
  }
}

const PATH = 400;

function drawLines(ctx, view, lines) {
  ctx.lineCap = "round";
  for (const { rings, box, kind } of lines) {
    if (!view.sees(box)) continue;
    const [color, width] = LINES[kind] || LINES.minor;
    ctx.strokeStyle = color;
    ctx.lineWidth = Math.max(width * 2 ** ((view.zoom - 16) / 2), 0.6);
    ctx.beginPath();
    for (const line of rings) {
      ctx.moveTo(view.x(line[0]), view.y(line[1]));
      for (let i = 2; i < line.length; i += 2) ctx.lineTo(view.x(line[i]), view.y(line[i + 1]));
    }
    ctx.stroke();
  }
}

function drawBuildings(ctx, view, buildings) {
  if (view.zoom < 14) return;
  ctx.fillStyle = "rgba(70,84,92,.28)";
  const seen = buildings.filter(({ box }) => view.sees(box) && (box[2] - box[0]) * view.scale > 1);
  inPaths(ctx, seen, PATH, ({ rings }) => trace(ctx, rings, view), () => ctx.fill("evenodd"));
}

function drawCells(ctx, view, { boxes, world }) {
  ctx.strokeStyle = "rgba(43,58,66,.34)";
  ctx.lineWidth = 0.7;
  // Those too small to be clicked are a grey mist.
  const seen = world.filter((_, cell) => view.sees(boxes[cell]) && (boxes[cell][2] - boxes[cell][0]) * view.scale > 6);
  inPaths(ctx, seen, PATH, (rings) => trace(ctx, rings, view), () => ctx.stroke());
}

function borders(ctx, view, edges, color, width) {
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.lineJoin = ctx.lineCap = "round";
  const add = ({ line: [x0, y0, x1, y1] }) => {
    ctx.moveTo(view.x(x0), view.y(y0));
    ctx.lineTo(view.x(x1), view.y(y1));
  };
  inPaths(ctx, edges, PATH, add, () => ctx.stroke());
}

function ring(ctx, view, rings) {
  ctx.beginPath();
  trace(ctx, rings, view);
  ctx.lineWidth = 6;
  ctx.strokeStyle = "#fff";
  ctx.stroke();
  ctx.lineWidth = 3;
  ctx.strokeStyle = "#8a1c5c";
  ctx.stroke();
}

function mark(ctx, x, y) {
  ctx.beginPath();
  ctx.moveTo(x, y - 11);
  ctx.lineTo(x + 10, y + 7);
  ctx.lineTo(x - 10, y + 7);
  ctx.closePath();
  ctx.fillStyle = "#ffd56b";
  ctx.strokeStyle = "#8a4b08";
  ctx.lineWidth = 1.6;
  ctx.fill();
  ctx.stroke();
  ctx.fillStyle = "#5d3200";
  ctx.font = "700 12px sans-serif";
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText("!", x, y + 1);
}

function labelGrids(ctx, view, { cells, households, place, short }, { range, target, locked }) {
  const labels = new Labels(ctx);
  cells.codes.forEach((code, grid) => {
    const at = place(grid);
    if (!at) return;
    const [x, y] = [view.x(at[0]), view.y(at[1])];
    const count = households(grid), kind = kindOf(count, range);
    const name = `${locked.has(code) ? "🔒" : ""}${code === target ? "▶ " : ""}${short[grid]}`;
    labels.put(standing(count, range), x, y + 8, { size: 17, color: kind.color });
    if (view.zoom > 14) labels.put(name, x, y - 14, { size: 13, weight: 600 });
  });
}
