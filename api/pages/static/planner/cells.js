// The cells of a unit and the grid that each is painted in; every number follows at once.
import { worldX, worldY } from "./layer.js";

// What has no grid yet.
export const NONE = -1;
const BEYOND = -2;

export class Cells {
  // Features as the server cuts them, and the codes of the unit's grids in order.
  constructor(features, codes) {
    this.codes = codes;
    const place = new Map(codes.map((code, at) => [code, at]));
    const of = (name) => features.map((feature) => feature.properties[name]);
    this.rings = features.map((feature) => feature.geometry.coordinates);
    this.households = of("households");
    this.hazards = of("hazards");
    this.block = of("block");
    this.grid = of("grid").map((code) => place.get(code) ?? NONE);
    this.size = features.length;
    this._measure();
    this._meet();
    this._count();
  }

  _measure() {
    const lat = this.size ? this.rings[0][0][0][1] : 0;
    const perDegree = 111320;
    this._across = perDegree * Math.cos((lat * Math.PI) / 180);
    this._along = perDegree;
    this.world = this.rings.map((rings) =>
      rings.map((ring) => Float64Array.from(ring.flatMap(([x, y]) => [worldX(x), worldY(y)]))));
    this.boxes = this.world.map(([outer]) => {
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      for (let i = 0; i < outer.length; i += 2) {
        box[0] = Math.min(box[0], outer[i]);
        box[1] = Math.min(box[1], outer[i + 1]);
        box[2] = Math.max(box[2], outer[i]);
        box[3] = Math.max(box[3], outer[i + 1]);
      }
      return box;
    });
    this.middles = this.boxes.map((box, cell) => middle(this, cell, box));
    this.area = this.rings.map((rings) =>
      rings.reduce((sum, ring, at) => sum + (at ? -1 : 1) * Math.abs(shoelace(ring)), 0) * this._across * this._along);
  }

  // Edges with the cells on their two sides; cells share them to the last bit.
  _meet() {
    const known = new Map(), corners = new Map();
    const corner = (at) => {
      const key = at.join();
      if (!corners.has(key)) corners.set(key, corners.size);
      return corners.get(key);
    };
    this.edges = [];
    this.edgesOf = this.rings.map(() => []);
    this.rings.forEach((rings, cell) => {
      for (const ring of rings)
        for (let i = 1; i < ring.length; i++) {
          const [a, b] = [ring[i - 1], ring[i]], ends = [corner(a), corner(b)];
          const key = Math.min(...ends) * 2 ** 26 + Math.max(...ends);
          let edge = known.get(key);
          if (!edge) {
            const length = Math.hypot((b[0] - a[0]) * this._across, (b[1] - a[1]) * this._along);
            edge = { a, b, ends, one: cell, other: -1, length, line: world(a, b) };
            known.set(key, edge);
            this.edges.push(edge);
          } else edge.other = cell;
          this.edgesOf[cell].push(edge);
        }
    });
  }

  _count() {
    this.sums = this.codes.map(() => ({ households: 0, hazards: 0, area: 0, border: 0, cells: 0 }));
    // The edges between grids and round the unit.
    this.borders = new Set();
    for (let cell = 0; cell < this.size; cell++) this._add(this.grid[cell], cell, 1);
    for (const edge of this.edges) this._cross(edge, 1);
  }

  _add(grid, cell, sign) {
    if (grid < 0) return;
    const sum = this.sums[grid];
    sum.households += sign * this.households[cell];
    sum.hazards += sign * this.hazards[cell];
    sum.area += sign * this.area[cell];
    sum.cells += sign;
  }

  // The grids on the two sides of an edge; beyond the unit there is other ground.
  sides(edge) {
    return [this.grid[edge.one], edge.other < 0 ? BEYOND : this.grid[edge.other]];
  }

  // Paint cells; gives back those that changed with the grid that they were in.
  paint(cells, target) {
    const before = new Map();
    for (const cell of cells) {
      const source = this.grid[cell];
      if (source === target) continue;
      before.set(cell, source);
      for (const edge of this.edgesOf[cell]) this._cross(edge, -1);
      this._add(source, cell, -1);
      this.grid[cell] = target;
      this._add(target, cell, 1);
      for (const edge of this.edgesOf[cell]) this._cross(edge, 1);
    }
    return before;
  }

  _cross(edge, sign) {
    const [one, other] = this.sides(edge);
    if (one === other) return;
    if (sign > 0) this.borders.add(edge);
    else this.borders.delete(edge);
    for (const grid of [one, other]) if (grid >= 0) this.sums[grid].border += sign * edge.length;
  }

  compactness(grid) {
    const { area, border } = this.sums[grid];
    return border ? (4 * Math.PI * area) / (border * border) : 0;
  }

  // The outline of a grid as rings of the world. Where rings touch they may run into each other,
  // which is nothing to whoever fills them by even and odd.
  outline(grid) {
    const at = new Map(), rings = [];
    for (const edge of this.borders)
      if (this.sides(edge).includes(grid))
        for (const end of edge.ends) at.set(end, [...(at.get(end) || []), edge]);
    const used = new Set();
    for (const first of [...at.values()].flat()) {
      if (used.has(first)) continue;
      const ring = [];
      let edge = first, [end] = first.ends;
      while (edge) {
        used.add(edge);
        const back = edge.ends[0] !== end;
        ring.push(edge.line[back ? 2 : 0], edge.line[back ? 3 : 1]);
        end = edge.ends[back ? 0 : 1];
        edge = at.get(end).find((one) => !used.has(one));
      }
      rings.push(Float64Array.from(ring));
    }
    return rings;
  }

  // Parts of a grid that lie apart.
  pieces(grid) {
    const seen = new Set();
    let count = 0;
    for (let cell = 0; cell < this.size; cell++) {
      if (this.grid[cell] !== grid || seen.has(cell)) continue;
      count += 1;
      const open = [cell];
      seen.add(cell);
      while (open.length) {
        const here = open.pop();
        for (const edge of this.edgesOf[here]) {
          const next = edge.one === here ? edge.other : edge.one;
          if (next >= 0 && this.grid[next] === grid && !seen.has(next)) {
            seen.add(next);
            open.push(next);
          }
        }
      }
    }
    return count;
  }

  // The cell at a place of the world, or -1.
  at(x, y) {
    for (let cell = 0; cell < this.size; cell++) if (this.contains(cell, x, y)) return cell;
    return -1;
  }

  contains(cell, x, y) {
    const [w, n, e, s] = this.boxes[cell];
    if (x < w || x > e || y < n || y > s) return false;
    return this.world[cell].reduce((inside, ring) => inside !== within(ring, x, y), false);
  }

  // Cells whose middles lie in a ring of the world.
  inRing(ring) {
    const found = [];
    this.middles.forEach(([x, y], cell) => { if (within(ring, x, y)) found.push(cell); });
    return found;
  }

  // All cells of the block that a cell lies in.
  blockOf(cell) {
    const found = [];
    for (let other = 0; other < this.size; other++) if (this.block[other] === this.block[cell]) found.push(other);
    return found;
  }
}

const world = (a, b) => [worldX(a[0]), worldY(a[1]), worldX(b[0]), worldY(b[1])];

function shoelace(ring) {
  let sum = 0;
  const [x0, y0] = ring[0];
  for (let i = 1; i < ring.length; i++)
    sum += (ring[i - 1][0] - x0) * (ring[i][1] - y0) - (ring[i][0] - x0) * (ring[i - 1][1] - y0);
  return sum / 2;
}

export function within(ring, x, y) {
  let inside = false;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
    const above = ring[i + 1] > y;
    if (above !== ring[j + 1] > y && x < ((ring[j] - ring[i]) * (y - ring[i + 1])) / (ring[j + 1] - ring[i + 1]) + ring[i])
      inside = !inside;
  }
  return inside;
}

// A place inside a cell: the middle of its box, or of its widest stretch at that height.
function middle(cells, cell, [w, n, e, s]) {
  const x = (w + e) / 2, y = (n + s) / 2;
  if (cells.contains(cell, x, y)) return [x, y];
  const cuts = [];
  for (const ring of cells.world[cell])
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2)
      if (ring[i + 1] > y !== ring[j + 1] > y)
        cuts.push(ring[i] + ((ring[j] - ring[i]) * (y - ring[i + 1])) / (ring[j + 1] - ring[i + 1]));
  cuts.sort((a, b) => a - b);
  let best = [x, -1];
  for (let i = 1; i < cuts.length; i += 2)
    if (cuts[i] - cuts[i - 1] > best[1]) best = [(cuts[i] + cuts[i - 1]) / 2, cuts[i] - cuts[i - 1]];
  return [best[0], y];
}
