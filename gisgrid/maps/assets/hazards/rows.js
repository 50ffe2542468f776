"use strict";
// Hazards that the page carries itself: every question is answered by one pass over the rows.

// What rows of many hazards tell of each; where it is not said, they tell everything.
gisgrid.isTold = ({ rows }, name) => !rows || !rows.told || rows.told.includes(name);

// Columns of hazards that are told one by one.
gisgrid.single = (raw, quantum) => {
  const places = gisgrid.unpackDeltas(raw.places, 2), size = places.length / 2;
  const xs = new Float64Array(size), ys = new Float64Array(size), owners = {};
  for (let i = 0; i < size; i++) {
    xs[i] = gisgrid.worldX(places[2 * i] * quantum);
    ys[i] = gisgrid.worldY(places[2 * i + 1] * quantum);
  }
  for (const [level, text] of Object.entries(raw.owners)) owners[level] = Int32Array.from(gisgrid.unpackDeltas(text, 1));
  return { size, xs, ys, owners, kind: Uint16Array.from(gisgrid.unpack(raw.kind)), day: Int32Array.from(gisgrid.unpack(raw.day)),
    hour: Int8Array.from(gisgrid.unpack(raw.hour)), n: new Int32Array(size).fill(1) };
};

gisgrid.Rows = class {
  constructor(data) {
    const raw = data.rows, flat = gisgrid.unpackDeltas(raw.kinds, 5);
    this.data = data;
    this.subjects = raw.subjects;
    this.stepped = gisgrid.boundaries(data) !== null;
    this.told = (name) => gisgrid.isTold(data, name);
    Object.assign(this, raw.gaps ? gisgrid.unbin(raw) : gisgrid.single(raw, data.coverage.quantum));
    this.kinds = [];
    for (let i = 0; i < flat.length; i += 5)
      this.kinds.push({ category: flat[i], subject: flat[i + 1], severity: flat[i + 2],
        state: flat[i + 3], discovered: flat[i + 4] < 0 ? null : flat[i + 4] === 1 });
    this.kept = new Uint8Array(this.size);
    this.total = 0;
  }

  // Mark the rows of a filter: 1 within its days, 2 in as many days before.
  choose(filter) {
    const { categories, states } = this.data;
    const wanted = Uint8Array.from(this.kinds, (kind) => Number(
      (!filter.category || (categories[kind.category] || {}).key === filter.category) &&
      (!filter.severity || kind.severity === filter.severity) &&
      (!filter.state || (states[kind.state] || {}).key === filter.state) &&
      (filter.found === "all" || kind.discovered === (filter.found === "discovered"))));
    const { from, to } = filter, whole = gisgrid.isWhole(this.data, filter), earlier = 2 * from - to;
    this.total = 0;
    for (let i = 0; i < this.size; i++) {
      const day = this.day[i];
      let mark = 0;
      if (wanted[this.kind[i]]) {
        if (whole || (day >= from && day < to)) mark = 1;
        else if (day >= 0 && day >= earlier && day < from) mark = 2;
      }
      this.kept[i] = mark;
      if (mark === 1) this.total += this.n[i];
    }
    return this;
  }

  async counts(filter, level) {
    this.choose(filter);
    const owners = this.owners[level.key];
    const count = new Int32Array(level.codes.length);
    const before = gisgrid.isCompared(this.data, filter) ? new Int32Array(level.codes.length) : null;
    let totalBefore = 0;
    for (let i = 0; i < this.size; i++) {
      const mark = this.kept[i], owner = owners ? owners[i] : -1;
      if (mark === 2) totalBefore += this.n[i];
      if (owner < 0 || !mark) continue;
      if (mark === 1) count[owner] += this.n[i];
      else if (before) before[owner] += this.n[i];
    }
    return { count, before, total: this.total, totalBefore: before ? totalBefore : null };
  }

  *within(level, at) {
    const owners = this.owners[level.key];
    for (let i = 0; i < this.size; i++) if (this.kept[i] === 1 && owners[i] === at) yield i;
  }

  async why(filter, level, at) {
    this.choose(filter);
    const subjects = new Map(), spots = new Map(), hours = new Array(24).fill(0), weekdays = new Array(7).fill(0);
    const found = { total: 0, open: 0, discovered: 0 };
    // Cells of about twenty metres: several hazards in one are one place that comes up again.
    const metre = gisgrid.perMetre(gisgrid.latLng(0, this.ys[0] || 128).lat), cell = 20 * metre;
    for (const i of this.within(level, at)) {
      const kind = this.kinds[this.kind[i]], n = this.n[i], word = this.subjects[kind.subject];
      found.total += n;
      if ((this.data.states[kind.state] || {}).key === "open") found.open += n;
      if (kind.discovered) found.discovered += n;
      if (word !== undefined) subjects.set(word, (subjects.get(word) || 0) + n);
      if (this.day[i] >= 0 && !this.stepped) {
        // 1970-01-01 was a Thursday; weeks begin on Monday.
        weekdays[(this.data.time.first + this.day[i] + 3) % 7] += n;
        if (this.hour && this.hour[i] >= 0) hours[this.hour[i]] += n;
      }
      const key = Math.floor(this.xs[i] / cell) + ":" + Math.floor(this.ys[i] / cell);
      const spot = spots.get(key) || { x: this.xs[i], y: this.ys[i], count: 0, near: "" };
      spot.count += n;
      spots.set(key, spot);
    }
    const byCount = (a, b) => b.count - a.count;
    if (!this.told("state")) found.open = null;
    const reported = this.told("discovered") ? found.total - found.discovered : null;
    return { ...found, reported, weekdays, hours: this.hour ? hours : null,
      subjects: [...subjects].map(([name, count]) => ({ name, count })).sort(byCount).slice(0, 6),
      places: [...spots.values()].filter((spot) => spot.count > 1).sort(byCount).slice(0, 5) };
  }

  async list(filter, level, at, after) {
    this.choose(filter);
    const found = [...this.within(level, at)];
    found.sort((a, b) => this.day[b] - this.day[a] || (this.hour ? this.hour[b] - this.hour[a] : 0));
    const start = after || 0, items = found.slice(start, start + gisgrid.PAGE).map((i) => this.item(i));
    return { items, next: start + gisgrid.PAGE < found.length ? start + gisgrid.PAGE : null };
  }

  async points(filter, box, most) {
    this.choose(filter);
    const out = [];
    for (let i = 0; i < this.size && out.length < most; i++)
      if (this.kept[i] === 1 && this.xs[i] >= box.west && this.xs[i] <= box.east &&
          this.ys[i] >= box.north && this.ys[i] <= box.south) out.push(this.item(i));
    return out;
  }

  item(i) {
    const kind = this.kinds[this.kind[i]];
    const hour = this.hour && this.hour[i] >= 0 ? ` ${String(this.hour[i]).padStart(2, "0")} 时` : "";
    return { x: this.xs[i], y: this.ys[i], n: this.n[i], severity: kind.severity, discovered: kind.discovered,
      category: (this.data.categories[kind.category] || {}).key || "", subject: this.subjects[kind.subject] || "",
      state: (this.data.states[kind.state] || {}).key || "",
      found: this.day[i] < 0 ? "" : gisgrid.dateOf(this.data, this.day[i]) + hour };
  }
};
