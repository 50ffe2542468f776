"use strict";
// Hazards that stay on the server: the same questions as of the rows, asked over HTTP.
gisgrid.Server = class {
  constructor(data) {
    this.data = data;
    this.places = new Map(data.levels.map((level) =>
      [level.key, new Map(level.codes.map((code, i) => [code, i]))]));
    this.asking = new Map();
  }

  parameters(filter, more) {
    const asked = new URLSearchParams(more);
    if (filter.category) asked.set("category", filter.category);
    if (filter.severity) asked.set("severity", filter.severity);
    if (filter.state) asked.set("state", filter.state);
    if (filter.found !== "all") asked.set("found_by", filter.found);
    if (!gisgrid.isWhole(this.data, filter)) {
      asked.set("since", gisgrid.dateOf(this.data, filter.from));
      asked.set("until", gisgrid.dateOf(this.data, filter.to));
    }
    return asked;
  }

  // Ask one thing; an older question of the same kind that is still open is given up.
  async ask(kind, path, filter, more) {
    if (this.asking.has(kind)) this.asking.get(kind).abort();
    const control = new AbortController();
    this.asking.set(kind, control);
    const answer = await fetch(`${path}?${this.parameters(filter, more)}`, { signal: control.signal });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
  }

  async counts(filter, level) {
    const said = await this.ask("counts", "/v1/hazards/counts", filter, { level: level.key });
    const at = this.places.get(level.key), compared = gisgrid.isCompared(this.data, filter);
    const count = new Int32Array(level.codes.length), before = compared ? new Int32Array(level.codes.length) : null;
    for (const grid of said.grids) {
      const i = at.get(grid.code);
      if (i === undefined) continue;
      count[i] = grid.count;
      if (compared) before[i] = grid.before;
    }
    return { count, before, total: said.total, totalBefore: compared ? said.before_total : null };
  }

  async why(filter, level, at) {
    const said = await this.ask("why", "/v1/hazards/summary", filter, { grid: level.codes[at] });
    return { ...said, places: said.places.map((place) => ({ ...place, ...gisgrid.world(place) })) };
  }

  async list(filter, level, at, after) {
    const more = { grid: level.codes[at], limit: gisgrid.PAGE };
    if (after) more.after = after;
    const said = await this.ask("list", "/v1/hazards", filter, more);
    return { items: said.hazards.map((one) => this.item(one)), next: said.after };
  }

  async points(filter, box, most) {
    const [nw, se] = [gisgrid.latLng(box.west, box.north), gisgrid.latLng(box.east, box.south)];
    const bbox = [nw.lng, se.lat, se.lng, nw.lat].map((v) => v.toFixed(6)).join(",");
    const said = await this.ask("points", "/v1/hazards", filter, { bbox, limit: Math.min(most, 1000) });
    return said.hazards.map((one) => this.item(one));
  }

  item(one) {
    return { ...gisgrid.world(one), n: 1, severity: one.severity || -1, discovered: one.found_by === "discovered",
      category: one.category, subject: one.subject, state: one.state,
      found: (one.found_at || "").slice(0, 16).replace("T", " ") };
  }

  // The codes of significant hot spots, of what was reported unless the filter says otherwise; none
  // where the server cannot say.
  async hot(filter) {
    try {
      const said = await this.ask("hot", "/v1/hotspots", filter, { level: filter.level });
      return new Set(said.spots.filter((spot) => spot.spot === "hot").map((spot) => spot.code));
    } catch {
      return new Set();
    }
  }

  tiles(filter) {
    const { radius, steps } = this.data.density;
    return `/v1/hazards/tiles/{z}/{x}/{y}.png?${this.parameters(filter, { radius, steps: steps.join(",") })}`;
  }
};

gisgrid.world = (place) => ({ x: gisgrid.worldX(place.lon), y: gisgrid.worldY(place.lat) });
