// Tools that draw lines and move vertices. With the keyboard the arrows move a cross hair, and
// Enter does what a click does.
import { lat, lon, worldX, worldY } from "./layer.js";

const degrees = ({ x, y }) => [lon(x), lat(y)];

export function split(app) {
  let line = [], at = null, keyed = false;
  const finish = () => {
    const drawn = line;
    line = [];
    app.redraw();
    if (drawn.length < 2) return;
    const code = app.target ?? app.codeAt(drawn[Math.floor(drawn.length / 2)]);
    if (code === null || app.isHeld([code])) return;
    const geometry = { type: "LineString", coordinates: drawn.map(degrees) };
    app.edit({ kind: "split", code, line: geometry }, ["拆分完成", "The grid is split"]);
  };
  return {
    name: "split", key: "s", zh: "拆分", en: "Split", icon: "✂", cross: true,
    hint: ["逐点画一条穿过目标网格的线，双击或回车完成，退格删点", "Draw a line across the target grid; double-click or Enter ends it, Backspace drops a point"],
    click(place, byKey = false) {
      keyed = byKey;
      const end = line.at(-1);
      if (end && Math.hypot(end.px - place.px, end.py - place.py) < 4) finish();
      else line.push(place);
      app.redraw();
    },
    move(place) {
      at = place;
      if (line.length) app.redraw();
    },
    press(event) {
      if (event.key === "Backspace" && line.length) line.pop();
      else if (event.key === "Enter" && line.length > 1 && !keyed) finish();
      else if (event.key === "Escape" && line.length) line = [];
      else return false;
      app.redraw();
      return true;
    },
    leave() { line = []; },
    draw(ctx, view) {
      if (!line.length) return;
      ctx.beginPath();
      for (const { x, y } of [...line, ...(at ? [at] : [])]) ctx.lineTo(view.x(x), view.y(y));
      ctx.setLineDash([8, 5]);
      ctx.strokeStyle = "#8a1c5c";
      ctx.lineWidth = 3;
      ctx.stroke();
      ctx.setLineDash([]);
      for (const { x, y } of line) knob(ctx, view.x(x), view.y(y), 5);
    },
  };
}

export function drag(app) {
  // The vertices of the grids themselves: cells have more.
  let vertices = [], held = null, place = null, chosen = -1;
  const near = (at) => {
    let best = null, far = 12;
    const { scale } = app.view;
    for (const vertex of vertices) {
      const away = Math.hypot(vertex.x - at.x, vertex.y - at.y) * scale;
      if (away < far) [best, far] = [vertex, away];
    }
    return best;
  };
  const drop = () => {
    const [old, end] = [held, place];
    held = place = null;
    app.redraw();
    if (!old || !end || (old.x === end.x && old.y === end.y) || app.isHeld(old.codes)) return;
    const body = { kind: "move-vertex", level: "micro", old: [old.lon, old.lat], new: degrees(end) };
    app.edit(body, ["边界已移动，两边同时改变", "The border moved, for both sides at once"]);
  };
  return {
    name: "drag", key: "d", zh: "拖界", en: "Border", icon: "✥", draws: true, cross: true,
    hint: ["拖动共用边界的顶点；键盘：N 选下一个顶点，回车抓住，方向键移动，回车放下", "Drag a vertex of a shared border; keyboard: N next vertex, Enter grabs, arrows move, Enter drops"],
    async enter() { vertices = await verticesOf(app); app.redraw(); },
    async changed() { vertices = await verticesOf(app); app.redraw(); },
    leave() { vertices = []; held = null; chosen = -1; },
    down(at) {
      held = near(at);
      place = null;
      app.pan(!held);
    },
    move(at) {
      if (!held) return;
      place = at;
      app.redraw();
    },
    up() {
      app.pan(false);
      drop();
    },
    click() {},
    press(event) {
      if (event.key === "Escape" && held) held = place = null;
      else if ((event.key === "n" || event.key === "N") && vertices.length) {
        const step = event.shiftKey ? -1 : 1;
        chosen = (chosen + step + vertices.length) % vertices.length;
        app.cross(vertices[chosen]);
      } else if (event.key === "Enter") {
        if (held) {
          place = app.crossAt();
          drop();
        } else held = near(app.crossAt());
      } else return false;
      app.redraw();
      return true;
    },
    draw(ctx, view) {
      for (const { x, y } of vertices) knob(ctx, view.x(x), view.y(y), 4);
      if (!held) return;
      const end = place || app.crossAt();
      ctx.beginPath();
      ctx.moveTo(view.x(held.x), view.y(held.y));
      ctx.lineTo(view.x(end.x), view.y(end.y));
      ctx.strokeStyle = "#8a1c5c";
      ctx.lineWidth = 2.5;
      ctx.stroke();
      knob(ctx, view.x(end.x), view.y(end.y), 7, "#8a1c5c");
    },
  };
}

export function merge(app) {
  return {
    name: "merge", key: "m", zh: "合并", en: "Merge", icon: "⊕", cross: true,
    hint: ["点相邻网格，并入目标网格", "Click a neighbour to merge it into the target grid"],
    click(at) {
      const code = app.codeAt(at);
      if (code !== null) app.merge(code);
    },
  };
}

// The vertices of the unit's grids that do not lie on its outer border.
async function verticesOf({ plan, unit }) {
  const [w, n, e, s] = unit.box;
  const { features } = await plan.get(`grids?level=micro&bbox=${[lon(w), lat(s), lon(e), lat(n)]}`);
  const outer = new Set(unit.cells.edges.filter((edge) => edge.other < 0).flatMap(({ a, b }) => [a.join(), b.join()]));
  const found = new Map();
  for (const { geometry, properties } of features)
    if (properties.parent === unit.code)
      for (const [x, y] of geometry.coordinates.flat(geometry.type === "Polygon" ? 1 : 2))
        if (!outer.has(`${x},${y}`)) {
          const codes = [...(found.get(`${x},${y}`)?.codes ?? []), properties.code];
          found.set(`${x},${y}`, { lon: x, lat: y, x: worldX(x), y: worldY(y), codes });
        }
  return [...found.values()];
}

function knob(ctx, x, y, size, fill = "#fff") {
  ctx.beginPath();
  ctx.arc(x, y, size, 0, 7);
  ctx.fillStyle = fill;
  ctx.strokeStyle = "#8a1c5c";
  ctx.lineWidth = 2;
  ctx.fill();
  ctx.stroke();
}

// Where the keyboard draws.
export function hair(ctx, view, { x, y }) {
  const px = view.x(x), py = view.y(y);
  ctx.beginPath();
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    ctx.moveTo(px + 4 * dx, py + 4 * dy);
    ctx.lineTo(px + 16 * dx, py + 16 * dy);
  }
  ctx.strokeStyle = "#8a1c5c";
  ctx.lineWidth = 2.5;
  ctx.stroke();
}
