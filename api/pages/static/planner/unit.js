// The unit that is open: its cells, what its grids are called, and how they stand.
import { Cells } from "./cells.js";
import { toWorld } from "./grids.js";

export class Unit {
  constructor(answer, standing, name) {
    this._known = [];
    this.code = answer.unit;
    this.name = name;
    this.grids = standing.grids;
    this.names = this.grids.map((grid) => grid.name || grid.code);
    this.short = shortened(this.names);
    this.cells = new Cells(answer.features, this.grids.map((grid) => grid.code));
    this.buildings = answer.buildings.features.map((feature) => toWorld(feature.geometry));
    this.lines = answer.lines.features.map((feature) => ({ ...toWorld(feature.geometry), kind: feature.properties.class }));
    this._beside();
    // Drawing asks for them while the brush moves.
    this.households = (grid) => this.cells.sums[grid].households + this.beside[grid].households;
    this.hazards = (grid) => this.cells.sums[grid].hazards + this.beside[grid].hazards;
    this.compactness = (grid) => this.cells.compactness(grid) * this.beside[grid].compactness;
    this.place = this._kept((grid) => placeOf(this.cells, grid));
    // Parts that lie apart.
    this.pieces = this._kept((grid) => this.cells.pieces(grid));
    this.outline = this._kept((grid) => this.cells.outline(grid));
  }

  // Paint cells; gives back those that changed with the grid that they were in.
  paint(cells, target) {
    const before = this.cells.paint(cells, target);
    for (const grid of new Set([target, ...before.values()])) for (const found of this._known) found.delete(grid);
    return before;
  }

  // What the server knows better: places that a grid owns although they lie elsewhere (held by
  // hand, or on a border), and the shape of the earth.
  _beside() {
    this.beside = this.grids.map((grid, at) => ({
      households: grid.households - this.cells.sums[at].households,
      hazards: grid.hazards - this.cells.sums[at].hazards,
      compactness: (grid.compactness || 0) / (this.cells.compactness(at) || 1),
    }));
  }

  // Take the server's numbers; false where they do not follow from what is painted here.
  put({ grids }) {
    if (grids.length !== this.grids.length || grids.some((grid, at) => grid.code !== this.grids[at].code)) return false;
    const before = this.beside;
    this.grids = grids;
    this._beside();
    return before.every(({ households, hazards }, at) => households === this.beside[at].households && hazards === this.beside[at].hazards);
  }

  // What takes a look at all cells is kept until a stroke touches the grid.
  _kept(look) {
    const found = new Map();
    this._known.push(found);
    return (grid) => {
      if (!found.has(grid)) found.set(grid, look(grid));
      return found.get(grid);
    };
  }

  get total() {
    const sum = { households: 0, hazards: 0 };
    this.grids.forEach((_, grid) => {
      sum.households += this.households(grid);
      sum.hazards += this.hazards(grid);
    });
    return sum;
  }

  get box() {
    const { boxes } = this.cells;
    return boxes.reduce((all, b) => [
      Math.min(all[0], b[0]), Math.min(all[1], b[1]), Math.max(all[2], b[2]), Math.max(all[3], b[3]),
    ], [Infinity, Infinity, -Infinity, -Infinity]);
  }
}

// Where a grid's label stands: at the middle of the cell nearest to the middle of all of them.
function placeOf(cells, grid) {
  let x = 0, y = 0, weight = 0;
  const own = [];
  for (let cell = 0; cell < cells.size; cell++) {
    if (cells.grid[cell] !== grid) continue;
    own.push(cell);
    x += cells.middles[cell][0] * cells.area[cell];
    y += cells.middles[cell][1] * cells.area[cell];
    weight += cells.area[cell];
  }
  if (!own.length) return null;
  const far = (cell) => Math.hypot(cells.middles[cell][0] - x / weight, cells.middles[cell][1] - y / weight);
  const centre = [x / weight, y / weight];
  if (own.some((cell) => cells.contains(cell, ...centre))) return centre;
  return cells.middles[own.reduce((best, cell) => (far(cell) < far(best) ? cell : best))];
}

// Names without what they all begin with: on the map it would only be repeated.
export function shortened(names) {
  if (names.length < 2) return names;
  let same = 0;
  while (names.every((name) => name.length > same + 1 && name[same] === names[0][same])) same += 1;
  while (same && /[0-9A-Za-z第]/.test(names[0][same - 1])) same -= 1;
  return same > 1 ? names.map((name) => name.slice(same)) : names;
}
