// Tools that choose and paint cells. A tool is told places ({x, y} in the world, {px, py} on the
// screen) and says what it does; `draws` keeps the map from panning under it.
import { within } from "./cells.js";
import { drag, merge, split } from "./draw.js";

export const tools = (app) => [select(app), click(app), brush(app), lasso(app), split(app), drag(app), merge(app)];

const cellsAt = (app, cell) => (app.byBlock ? app.unit.cells.blockOf(cell) : [cell]);

function select(app) {
  return {
    name: "select", key: "v", zh: "选择", en: "Select", icon: "☝",
    hint: ["点网格，选作涂画的目标", "Click a grid to make it the target"],
    click(at) {
      const cell = app.unit.cells.at(at.x, at.y);
      if (cell >= 0) app.choose(app.unit.cells.codes[app.unit.cells.grid[cell]]);
      else app.openAt(at);
    },
  };
}

function click(app) {
  return {
    name: "paint", key: "p", zh: "点涂", en: "Click", icon: "◉",
    hint: ["点建筑，归入目标网格", "Click buildings to give them to the target grid"],
    click(at) {
      const cell = app.unit.cells.at(at.x, at.y);
      if (cell < 0) return;
      app.focusOn(cell);
      app.stroke(cellsAt(app, cell));
    },
  };
}

function brush(app) {
  // The place in the plan's line keeps the unit from being read anew under the brush.
  let painted = null, last = null, target = null, free = null;
  const reach = (at) => {
    const steps = last ? Math.ceil(Math.hypot(at.px - last.px, at.py - last.py) / 3) : 1;
    const found = [];
    for (let i = 1; i <= steps; i++) {
      const share = last ? i / steps : 1, from = last || at;
      const cell = app.unit.cells.at(from.x + (at.x - from.x) * share, from.y + (at.y - from.y) * share);
      if (cell >= 0) found.push(...cellsAt(app, cell));
    }
    last = at;
    for (const [cell, source] of app.touch(new Set(found), target)) painted.set(cell, source);
  };
  const lift = () => {
    if (!painted) return;
    app.send(painted, target);
    painted = null;
    free();
  };
  return {
    name: "brush", key: "b", zh: "刷", en: "Brush", icon: "✎", draws: true,
    hint: ["按住拖过建筑，归入目标网格", "Drag over buildings to give them to the target grid"],
    down(at) {
      if (painted) return;
      painted = new Map();
      [last, target, free] = [null, app.target, app.plan.hold()];
      reach(at);
    },
    move(at) { if (painted) reach(at); },
    up: lift,
    leave: lift,
  };
}

function lasso(app) {
  let ring = null;
  return {
    name: "lasso", key: "l", zh: "套索", en: "Lasso", icon: "➰", draws: true,
    hint: ["圈住建筑，归入目标网格", "Draw round buildings to give them to the target grid"],
    down(at) { ring = [at]; },
    move(at) {
      const end = ring?.at(-1);
      if (!ring || Math.hypot(at.px - end.px, at.py - end.py) < 3) return;
      ring.push(at);
      app.redraw();
    },
    up() {
      const drawn = ring || [];
      ring = null;
      app.redraw();
      if (drawn.length < 3) return;
      const loop = Float64Array.from([...drawn, drawn[0]].flatMap(({ x, y }) => [x, y]));
      const found = app.byBlock ? blocksIn(app.unit.cells, loop) : app.unit.cells.inRing(loop);
      if (found.length) app.stroke(found);
    },
    draw(ctx, view) {
      if (!ring) return;
      ctx.beginPath();
      for (const { x, y } of ring) ctx.lineTo(view.x(x), view.y(y));
      ctx.setLineDash([7, 5]);
      ctx.strokeStyle = "#8a1c5c";
      ctx.lineWidth = 2.5;
      ctx.stroke();
      ctx.setLineDash([]);
    },
    leave() { ring = null; },
  };
}

// Blocks most of whose ground lies in a loop.
function blocksIn(cells, loop) {
  const share = new Map();
  cells.middles.forEach(([x, y], cell) => {
    const sum = share.get(cells.block[cell]) || [0, 0];
    sum[within(loop, x, y) ? 0 : 1] += cells.area[cell];
    share.set(cells.block[cell], sum);
  });
  return cells.block.map((block, cell) => [share.get(block), cell])
    .filter(([[inside, outside]]) => inside > outside)
    .map(([, cell]) => cell);
}
