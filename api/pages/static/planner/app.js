// What the page is about: a plan, one unit of it that is open, and the tool in hand.
import { NONE, within } from "./cells.js";
import { hair } from "./draw.js";
import { drawGround, drawOverview, drawUnit, toWorld } from "./grids.js";
import { CanvasLayer, lat, lon, viewOf } from "./layer.js";
import { whoWasFirst } from "./others.js";
import { isLost, Plan } from "./plan.js";
import { tools } from "./tools.js";
import { Unit } from "./unit.js";
import { complain, say } from "./words.js";

// Numbers of the server come when the hand has rested so long (milliseconds).
const REST = 250;
// A server that does not answer is asked again after so long (milliseconds).
const AGAIN = 2000;

export class App extends EventTarget {
  constructor(map, range) {
    super();
    Object.assign(this, { map, range, plan: null, unit: null, target: null, focus: -1, byBlock: false, covered: false });
    // Rise when something else is asked for: what comes late is not shown.
    this._plans = this._reads = 0;
    this.overview = { micros: [], units: [] };
    this.locked = new Set();
    this.faults = [];
    this.under = new CanvasLayer((ctx, view) => {
      drawOverview(ctx, view, this.overview, { range, open: this.unit?.code });
      if (this.unit) drawGround(ctx, view, this.unit);
    }).addTo(map);
    this.over = new CanvasLayer((ctx, view) => this._draw(ctx, view)).addTo(map);
    this.tools = tools(this);
    [this.tool] = this.tools;
  }

  get view() { return viewOf(this.map); }

  redraw() { this.over.redraw(); }

  _tell(name) { this.dispatchEvent(new Event(name)); }

  _draw(ctx, view) {
    if (!this.unit) return;
    drawUnit(ctx, view, this.unit, this);
    this.tool.draw?.(ctx, view);
    if (this.tool.cross && this._cross && document.activeElement === this.map.getContainer()) hair(ctx, view, this._cross);
    this.dispatchEvent(new CustomEvent("drawn", { detail: { ctx, view } }));
  }

  // Plans and units

  async openPlan(id) {
    const plan = new Plan(id), turn = ++this._plans;
    await plan.refresh();
    if (turn !== this._plans) return;
    this.close();
    this.plan = plan;
    this.locked = new Set(JSON.parse(localStorage.getItem(`gisgrid-locked-${id}`) || "[]"));
    await this.look();
    this._tell("plan");
  }

  // Read all grids of the plan.
  async look() {
    const { plan } = this;
    const [units, micros] = await Promise.all(["unit", "micro"].map((level) => plan.get(`grids?level=${level}`)));
    if (plan !== this.plan) return;
    const seen = ({ features }) => features.map(({ geometry, properties }) => ({ ...properties, ...toWorld(geometry) }));
    this.overview = { units: seen(units), micros: seen(micros) };
    this.under.redraw();
    this._tell("overview");
  }

  async openUnit(code) {
    if (!(await this._read(code))) return;
    this.target = this.unit.grids[0]?.code ?? null;
    this.focus = -1;
    this._cross = undefined;
    this.fit();
    this._shown();
    await this.tool.enter?.();
  }

  // Show the whole unit.
  fit() {
    const [w, n, e, s] = this.unit.box;
    this.map.fitBounds([[lat(s), lon(w)], [lat(n), lon(e)]], { padding: [34, 40], animate: false });
  }

  openAt({ x, y }) {
    const inside = (grid) => x >= grid.box[0] && x <= grid.box[2] && y >= grid.box[1] && y <= grid.box[3]
      && grid.rings.reduce((odd, ring) => odd !== within(ring, x, y), false);
    const unit = this.overview.units.find(inside);
    if (unit) this.openUnit(unit.code).catch(complain);
  }

  close() {
    this.tool.leave?.();
    this._reads += 1;
    this.unit = null;
    this.faults = [];
    this.under.redraw();
    this.redraw();
    this._tell("unit");
  }

  // Read a unit; false where something else was asked for meanwhile.
  async _read(code) {
    const query = `unit=${encodeURIComponent(code)}`, { plan } = this, turn = ++this._reads;
    let cells, standing;
    // Strokes go on meanwhile, and others may change the plan: until all is of one version.
    do {
      await plan.settled;
      [cells, standing] = await Promise.all([plan.get(`cells?${query}`), plan.get(`standing?${query}`)]);
      if (turn !== this._reads) return false;
      if (!plan.waiting && cells.version > plan.version) await plan.refresh();
    } while (plan.waiting || cells.version !== standing.version || cells.version !== plan.version);
    const name = this.overview.units.find((unit) => unit.code === code)?.name || code;
    this.unit = new Unit(cells, standing, name);
    return true;
  }

  // Read the open unit anew, as after changes that are more than strokes.
  async reload() {
    if (!this.unit) return;
    const seen = this.focus >= 0 ? this.unit.cells.middles[this.focus] : null;
    if (!(await this._read(this.unit.code))) return;
    if (!this.unit.cells.codes.includes(this.target)) this.target = this.unit.cells.codes[0] ?? null;
    this.focus = seen ? this.unit.cells.at(...seen) : -1;
    this._shown();
    await this.tool.changed?.();
  }

  _shown() {
    this.under.redraw();
    this.redraw();
    this._tell("unit");
  }

  // Choosing

  choose(code) {
    if (!this.unit.cells.codes.includes(code)) return;
    this.target = code;
    this.redraw();
    this._tell("numbers");
    const grid = this.unit.cells.codes.indexOf(code);
    say(`目标：${this.unit.names[grid]}，${this.unit.households(grid)} 户`, `Target: ${this.unit.names[grid]}, ${this.unit.households(grid)} households`);
  }

  use(name) {
    this.tool.leave?.();
    this.tool = this.tools.find((tool) => tool.name === name);
    this.pan(!this.tool.draws);
    if (this.unit) this.entered = Promise.resolve(this.tool.enter?.()).catch(complain);
    this.redraw();
    this._tell("tool");
  }

  useKey(key) {
    const tool = this.tools.find((one) => one.key === key);
    if (tool) this.use(tool.name);
    return Boolean(tool);
  }

  setByBlock(on) {
    this.byBlock = on;
    this._tell("tool");
  }

  pan(on) {
    if (on) this.map.dragging.enable();
    else this.map.dragging.disable();
  }

  lock(code, on) {
    if (on) this.locked.add(code);
    else this.locked.delete(code);
    localStorage.setItem(`gisgrid-locked-${this.plan.id}`, JSON.stringify([...this.locked]));
    this.redraw();
    this._tell("numbers");
    this._tell("locks");
  }

  // Whether a lock stands against a change of some grids; then it is said.
  isHeld(codes) {
    const held = codes.some((code) => this.locked.has(code));
    if (held) say("网格已锁定", "The grid is locked", "bad");
    return held;
  }

  focusOn(cell) {
    this.focus = cell;
    this.redraw();
    if (cell < 0) return;
    const { cells, names } = this.unit, [x, y] = cells.middles[cell];
    const name = names[cells.grid[cell]] ?? "—";
    if (!this.view.sees([x, y, x, y])) this.map.panTo([lat(y), lon(x)], { animate: false });
    say(`${cells.households[cell]} 户，隐患 ${cells.hazards[cell]}，属 ${name}`, `${cells.households[cell]} households, ${cells.hazards[cell]} hazards, in ${name}`);
  }

  codeAt({ x, y }) {
    const cell = this.unit.cells.at(x, y);
    return cell < 0 ? null : this.unit.cells.codes[this.unit.cells.grid[cell]] ?? null;
  }

  // The cross hair of tools that need places rather than cells
  crossAt() {
    const { size, west, north, scale } = this.view;
    this._cross ??= { x: west + size.x / 2 / scale, y: north + size.y / 2 / scale };
    const view = this.view;
    return { ...this._cross, px: view.x(this._cross.x), py: view.y(this._cross.y) };
  }

  cross(place) {
    const { x, y } = place;
    this._cross = { x, y };
    if (!this.view.sees([x, y, x, y])) this.map.panTo([lat(y), lon(x)], { animate: false });
    this.redraw();
  }

  moveCross([dx, dy], pixels) {
    const at = this.crossAt(), { scale } = this.view;
    this.cross({ x: at.x + (dx * pixels) / scale, y: at.y + (dy * pixels) / scale });
    this.tool.move?.(this.crossAt());
  }

  // Painting

  // Give cells to a grid here and now, except what is locked or would leave a grid nothing.
  touch(cells, code = this.target) {
    const { cells: all } = this.unit, target = all.codes.indexOf(code);
    if (target < 0 || this.locked.has(code)) {
      say("先选一个没有锁定的目标网格", "Choose a target grid that is not locked", "bad");
      return new Map();
    }
    const left = all.sums.map((sum) => sum.cells);
    const taken = [...cells].filter((cell) => {
      const source = all.grid[cell];
      if (source === target || source === NONE || this.locked.has(all.codes[source]) || left[source] === 1) return false;
      left[source] -= 1;
      return true;
    });
    const before = this.unit.paint(taken, target);
    if (before.size) {
      this.redraw();
      this._tell("numbers");
    }
    return before;
  }

  stroke(cells) {
    const before = this.touch(new Set(cells));
    if (before.size) this.send(before);
    else if (!this.locked.has(this.target)) say("没有可以移动的建筑：已在目标网格、已锁定，或会使网格空掉", "Nothing to move: already there, locked, or the last of its grid");
  }

  // Send what was painted; it is drawn already.
  send(before, code = this.target) {
    if (!before.size) return;
    const { cells, names } = this.unit, grid = cells.codes.indexOf(code);
    const body = { kind: "paint", to: code, cells: [...before.keys()].map((cell) => cells.rings[cell]) };
    const count = this.unit.households(grid);
    say(`${before.size} 格归入 ${names[grid]}，现有 ${count} 户`, `${before.size} cells to ${names[grid]}, now ${count} households`);
    this.plan.change("edits", body).then(() => this._soon(), (error) => this._refused(error).catch(complain));
    this._tell("sent");
  }

  _soon() {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this.settle().catch(complain), REST);
    this._tell("changed");
  }

  // The server's numbers, once all strokes are there.
  async settle() {
    const { unit, plan } = this;
    if (!unit || plan.waiting) return;
    const standing = await plan.get(`standing?unit=${encodeURIComponent(unit.code)}`);
    if (unit !== this.unit || plan.waiting || standing.version !== plan.version) return;
    if (!unit.put(standing)) await this.reload();
    await plan.refresh();
    this._tell("numbers");
    this._tell("settled");
  }

  async _refused(error) {
    if (error.dropped) return;
    complain(error);
    if (isLost(error)) await this._answers();
    if (error.status === 412) say(...(await whoWasFirst(this.plan)), "bad");
    await this.plan.refresh();
    await this.reload().catch(() => this.close());
    if (isLost(error)) say("已重新连上，方案已重新读取；没有送到的改动请再画一次", "Connected again, and the plan was read again; what did not arrive has to be drawn once more");
    this._tell("settled");
  }

  // Wait until the server answers again; only it knows what became of a change.
  async _answers() {
    for (;;) {
      await new Promise((done) => { setTimeout(done, AGAIN); });
      try {
        return await this.plan.refresh();
      } catch (error) {
        if (!isLost(error)) throw error;
      }
    }
  }

  // Other edits

  async edit(body, [zh, en]) {
    await this._change("edits", body, zh, en);
  }

  async undo() { if (this.plan?.detail.done || this.plan?.waiting) await this._change("undo", undefined, "已撤销", "Undone"); }

  async redo() { if (this.plan?.detail.undone) await this._change("redo", undefined, "已重做", "Made again"); }

  async rebase() { await this._change("rebase", undefined, "方案已移到现行边界上", "The plan is on the present boundaries now"); }

  async _change(what, body, zh, en) {
    try {
      await this.plan.change(what, body);
      await this.plan.refresh();
      await this.reload();
      say(zh, en);
      this._tell("changed");
      this._tell("settled");
    } catch (error) {
      await this._refused(error).catch(complain);
    }
  }

  merge(code) {
    if (code === this.target) return say("点目标网格的相邻网格", "Click a neighbour of the target grid", "bad");
    if (this.isHeld([code, this.target])) return undefined;
    return this.edit({ kind: "merge", codes: [this.target, code], into: this.target }, ["已合并", "Merged"]);
  }
}
