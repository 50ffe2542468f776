"use strict";
// The map of hazards: what is chosen, where the numbers come from, and what is drawn of them.
gisgrid.hazards = (map) => {
  const { el, two, number, unpack } = gisgrid;
  const data = gisgrid.read(), panel = gisgrid.start(map, data);
  const coverage = new gisgrid.Coverage(data.coverage), quantum = data.coverage.quantum;
  let first = 0;
  const levels = data.levels.map((raw) => {
    const level = { ...raw, from: first, to: (first += raw.codes.length) };
    level.parent = unpack(raw.parent);
    level.households = unpack(raw.households).map((n) => n - 1);
    level.anchors = gisgrid.unpackDeltas(raw.anchors, 2);
    level.arcs = coverage.arcsOf(level.from, level.to);
    level.short = gisgrid.shortened(raw.names);
    return level;
  });
  const base = new Map(levels.map((level) => [level.key, level]));
  const none = { key: "", codes: [], names: [], parents: [], parent: [], households: [], counts: [1], rates: [1], from: 0, to: 0 };
  const rows = data.rows ? new gisgrid.Rows(data) : null, server = data.served ? new gisgrid.Server(data) : null;
  const source = rows || server, heat = rows ? new gisgrid.Heat(rows, data.density) : null;
  const POINTS_FROM = 15.5, FEW = 500, MOST_POINTS = 2000;
  const shown = { level: none, numbers: null, rates: [], ranked: [], points: [], hot: new Set(), at: -1 };

  const filters = new gisgrid.Filters(data, levels, (changes) => refresh(changes));
  const level = () => base.get(filters.state.level) || none;
  const legend = new gisgrid.Legend(data).addTo(map);
  const slider = data.time.days > 1 ? new gisgrid.TimeSlider(data, filters) : null;
  const tiles = server && !rows ? L.tileLayer(server.tiles(filters.state), { maxZoom: 21, maxNativeZoom: 17, minNativeZoom: 3, pane: "heat" }) : null;
  // Leaflet asks for tiles of a broken zoom otherwise, and leaves seams between them.
  if (tiles) map.options.zoomSnap = 1;
  map.createPane("heat").style.zIndex = 410;
  map.createPane("above").style.zIndex = 420;

  // Drawing: the ground and its colours, density over it, then what must stay readable.
  const anchor = (level, i, view) => [view.x(gisgrid.worldX(level.anchors[2 * i] * quantum)), view.y(gisgrid.worldY(level.anchors[2 * i + 1] * quantum))];
  const gridView = () => filters.state.view === "grids";
  function colorOf(level, i) {
    const { by } = filters.state, value = by === "rate" ? shown.rates[i] : shown.numbers.count[i];
    if (Number.isNaN(value)) return gisgrid.UNKNOWN_COLOR;
    const k = gisgrid.classOf(by === "rate" ? level.rates : level.counts, value);
    return shown.numbers.count[i] === 0 || k < 0 ? gisgrid.NONE_COLOR : gisgrid.COUNT_COLORS[k];
  }
  const ground = new gisgrid.Canvas((ctx, view) => {
    const at = shown.level, screen = coverage.screen(view), groups = new Map();
    for (let i = 0; i < at.codes.length; i++) {
      if (!coverage.visible(at.from + i, view)) continue;
      const color = gridView() && shown.numbers ? colorOf(at, i) : "#fbfcfb";
      if (!groups.has(color)) groups.set(color, []);
      groups.get(color).push(at.from + i);
    }
    for (const [color, members] of groups) {
      ctx.beginPath();
      for (const index of members) coverage.trace(ctx, index, screen);
      ctx.fillStyle = color;
      ctx.fill("evenodd");
    }
    ctx.lineJoin = "round";
    for (const one of [...levels].reverse()) {
      if (one.key === "micro" && at.key !== "micro") continue;
      if (one.key === "micro" && view.zoom < 12.5 && !gridView()) continue;
      ctx.strokeStyle = one.key === "area" ? "#5a6f79" : one.key === "unit" ? "#93a4ab" : "#c2cccf";
      ctx.lineWidth = one.key === "area" ? 1.6 : one.key === "unit" ? (view.zoom < 12 ? 0.5 : 1) : 0.6;
      coverage.lines(ctx, one.arcs, screen, view);
    }
    if (heat && !gridView()) {
      ctx.globalAlpha = view.zoom > POINTS_FROM ? 0.45 : 1;
      heat.draw(ctx, view);
      ctx.globalAlpha = 1;
    }
  }).addTo(map);
  const above = new gisgrid.Canvas((ctx, view) => {
    dots(ctx, view);
    const at = shown.level, labels = new gisgrid.Labels(ctx);
    if (!gridView() && view.zoom >= 14 && at.arcs) {
      // Density is dark where it matters: the borders of the grids that are ranked show on it.
      ctx.strokeStyle = "rgba(255, 255, 255, .45)";
      ctx.lineWidth = 1;
      coverage.lines(ctx, at.arcs, coverage.screen(view), view);
    }
    if (shown.at >= 0) {
      ctx.beginPath();
      coverage.trace(ctx, at.from + shown.at, coverage.screen(view));
      ctx.lineJoin = "round";
      for (const [width, color] of [[6, "#fff"], [3, "#0b3d91"]]) {
        ctx.lineWidth = width;
        ctx.strokeStyle = color;
        ctx.stroke();
      }
    }
    badges(ctx, labels, shown.ranked.slice(0, 3).map((one) => anchor(at, one.i, view)));
    const named = view.zoom < 11.2 ? "area" : view.zoom < 14.2 && base.has("unit") && view.zoom >= 13 ? "unit" : view.zoom < 14.2 ? "area" : at.key;
    const names = base.get(named) || at;
    (names.short || []).forEach((name, i) => {
      const [x, y] = anchor(names, i, view);
      if (x > 0 && y > 0 && x < view.size.x && y < view.size.y) labels.put(name, x, y, names.key === "area" ? 14 : 13, "#2d3f48", 600);
    });
  }, { pane: "above" }).addTo(map);
  // Neighbours seen from afar stand side by side, each with a line to where it belongs.
  function spread(anchors) {
    const placed = [];
    for (let [x, y] of anchors) {
      for (const other of placed) if (Math.abs(other.x - x) < 26 && Math.abs(other.y - y) < 26) x = other.x + 26;
      placed.push({ x, y });
    }
    return placed;
  }
  function badges(ctx, labels, anchors) {
    const placed = spread(anchors);
    placed.forEach(({ x, y }, k) => {
      labels.taken.push([x - 14, y - 14, x + 14, y + 14]);
      for (const [width, color] of [[4, "#fff"], [2, "#7a0c2e"]]) {
        ctx.beginPath();
        ctx.moveTo(...anchors[k]);
        ctx.lineTo(x, y);
        ctx.lineWidth = width;
        ctx.strokeStyle = color;
        ctx.stroke();
      }
    });
    placed.forEach(({ x, y }, k) => badge(ctx, String(k + 1), x, y));
  }
  function badge(ctx, text, x, y) {
    ctx.beginPath();
    ctx.arc(x, y, 12, 0, 7);
    ctx.fillStyle = "#7a0c2e";
    ctx.fill();
    ctx.lineWidth = 2;
    ctx.strokeStyle = "#fff";
    ctx.stroke();
    ctx.font = "700 14px sans-serif";
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillStyle = "#fff";
    ctx.fillText(text, x, y + 0.5);
  }
  const order = new Map(data.categories.map((one, i) => [one.key, i]));
  function dots(ctx, view) {
    for (const point of shown.points) {
      const x = view.x(point.x), y = view.y(point.y);
      if (x < -9 || y < -9 || x > view.size.x + 9 || y > view.size.y + 9) continue;
      ctx.beginPath();
      ctx.arc(x, y, 2.5 + Math.max(1, point.severity) + Math.min(6, Math.log2(point.n)), 0, 7);
      ctx.fillStyle = gisgrid.CATEGORY_COLORS[(order.get(point.category) || 0) % gisgrid.CATEGORY_COLORS.length];
      ctx.fill();
      ctx.strokeStyle = "#fff";
      ctx.lineWidth = 1.2;
      ctx.stroke();
    }
  }

  // The panel: what is chosen, what it comes to, and the grids.
  const total = el("output", { id: "shown", class: "big" });
  const saying = el("p", { class: "saying" });
  const ranking = new gisgrid.Ranking(data, filters, levels, (i) => filters.set({ grid: shown.level.codes[i] }));
  const why = new gisgrid.Why(data, filters, source, map, () => filters.set({ grid: "" }));
  const trouble = el("p", { class: "trouble", role: "alert", hidden: true });
  const view = filters.field("view", "图上显示", "on the map", [
    { value: "heat", zh: "热力", en: "density" }, { value: "grids", zh: "网格", en: "grids" }]);
  const until = gisgrid.dateOf(data, data.time.days - 1);
  const overview = el("div", {}, filters.panel(),
    el("section", { class: "sum" }, el("p", {}, total, " ", two("处隐患", "hazards")), saying, trouble, view),
    levels.length ? ranking.node : null);
  panel.append(overview, why.node);
  if (slider) {
    const stage = document.getElementById("stage");
    stage.classList.add("timed");
    stage.append(slider.node);
    map.invalidateSize();
  }
  map.fitBounds(data.bounds, { padding: [12, 12], animate: false });
  filters.shown();

  // What changed decides what is asked and drawn again; what comes late is dropped.
  let turn = null, last = Promise.resolve();
  const refresh = (changes) => (last = update(changes).catch((error) => {
    if (error.name === "AbortError") return;
    trouble.hidden = false;
    trouble.replaceChildren(two("服务器没有回答，数字可能是旧的。", "The server did not answer; numbers may be old."));
  }));
  async function update(changes) {
    const mine = (turn = {}), state = filters.state;
    if (slider) slider.shown();
    const numbers = Object.keys(changes).some((key) => !["by", "view", "grid"].includes(key));
    if (numbers) {
      map.closePopup();
      const found = await source.counts(state, level());
      if (turn !== mine) return;
      shown.level = level();
      shown.numbers = found;
      shown.rates = gisgrid.steadyRates(found.count, shown.level.households, gisgrid.yearsOf(state));
      if (heat) heat.picture(gisgrid.yearsOf(state));
      trouble.hidden = true;
    }
    if (!shown.numbers) return;
    shown.ranked = gisgrid.ranked(shown.level, shown.numbers, shown.rates, state.by);
    shown.at = state.grid ? shown.level.codes.indexOf(state.grid) : -1;
    say();
    look();
    ranking.show(shown.level, shown.ranked, shown.hot);
    ground.redraw();
    above.redraw();
    // Nobody waits for the marks of hot spots: they come when they are there.
    if (numbers) hotspots();
    await Promise.all([points().then(() => above.redraw()), detail(numbers)]);
  }
  function say() {
    const { total: sum, totalBefore } = shown.numbers, { from, to } = filters.state;
    total.textContent = number(sum);
    const days = to - from, parts = [];
    parts.push(el("span", {}, `${gisgrid.dateOf(data, from)} – ${gisgrid.dateOf(data, to - 1)}`));
    if (totalBefore !== null) {
      const share = totalBefore ? Math.round((100 * (sum - totalBefore)) / totalBefore) : null;
      parts.push(el("span", {}, two(`比前 ${days} 天${share === null ? `多 ${sum}` : `${share >= 0 ? "多" : "少"} ${Math.abs(share)}%`}`, "than before")));
    }
    if (data.time.ended) parts.push(el("span", { class: "until" }, two(`数据截至 ${until}`, `data until ${until}`)));
    if (gisgrid.isWhole(data, filters.state) && data.time.undated)
      parts.push(two(`其中 ${number(data.time.undated)} 处时间不明`, "without a time"));
    saying.replaceChildren(...parts);
  }
  function look() {
    if (gridView() && shown.level.codes.length) legend.grids(shown.level, filters.state.by);
    else legend.density();
    if (!tiles) return;
    if (gridView()) tiles.remove();
    else {
      const url = server.tiles(filters.state);
      if (tiles._url !== url) tiles.setUrl(url);
      tiles.addTo(map);
    }
  }
  async function detail(anew) {
    if (shown.at < 0) {
      const was = why.node.hidden ? null : why.code;
      why.hide();
      overview.hidden = false;
      if (was) ranking.focus(was);
      return;
    }
    const key = shown.level.key + shown.level.codes[shown.at];
    if (!anew && !why.node.hidden && why.key === key) return;
    const at = shown.ranked.findIndex((one) => one.i === shown.at);
    const { count, before } = shown.numbers, change = gisgrid.changeOf(count[shown.at], before ? before[shown.at] : null);
    await why.show(shown.level, shown.at, { rank: at + 1, rate: shown.rates[shown.at], change, hot: shown.hot.has(filters.state.grid) });
    if (shown.at < 0) return;
    overview.hidden = true;
    if (why.key !== key) {
      why.key = key;
      why.code = shown.level.codes[shown.at];
      panel.scrollTop = 0;
      why.node.focus({ preventScroll: true });
      const bounds = coverage.latLngBounds(shown.level.from + shown.at);
      if (!map.getBounds().contains(bounds) || map.getZoom() < 14) map.fitBounds(bounds, { maxZoom: 16, padding: [40, 40] });
    }
  }
  async function points() {
    const few = shown.numbers.total <= FEW;
    if (!few && map.getZoom() <= POINTS_FROM) {
      shown.points = [];
      return;
    }
    const bounds = map.getBounds().pad(0.2);
    const box = few && rows ? { west: 0, north: 0, east: 256, south: 256 }
      : { west: gisgrid.worldX(bounds.getWest()), east: gisgrid.worldX(bounds.getEast()), north: gisgrid.worldY(bounds.getNorth()), south: gisgrid.worldY(bounds.getSouth()) };
    shown.points = await source.points(filters.state, box, MOST_POINTS);
  }
  async function hotspots() {
    shown.hot = new Set();
    const mine = turn;
    if (!server || !filters.state.level || (slider && slider.playing)) return;
    // Whoever drags an end of the span asks often; the server is asked when the hand rests.
    await new Promise((go) => setTimeout(go, 250));
    if (turn !== mine) return;
    const hot = await server.hot(filters.state);
    if (turn !== mine) return;
    shown.hot = hot;
    if (hot.size) ranking.show(shown.level, shown.ranked, shown.hot);
  }

  // Where points are shown, density steps back.
  const fade = () => tiles.setOpacity(map.getZoom() > POINTS_FROM ? 0.45 : 1);
  if (tiles) map.on("zoomend", fade);
  map.on("moveend", () => {
    if (shown.numbers) points().then(() => above.redraw(), () => null);
  });
  map.on("click", (event) => {
    const near = 10 / Math.pow(2, map.getZoom()), x = gisgrid.worldX(event.latlng.lng), y = gisgrid.worldY(event.latlng.lat);
    const found = shown.points.filter((point) => Math.hypot(point.x - x, point.y - y) < near);
    if (found.length) {
      const card = el("div", { class: "card" }, el("h3", {}, two(`${found.reduce((sum, one) => sum + one.n, 0)} 处隐患`, "hazards here")),
        el("ul", {}, ...found.slice(0, 8).map((one) => el("li", {}, gisgrid.itemCard(data, why.categories, one)))));
      L.popup({ maxWidth: 300, maxHeight: 320 }).setLatLng(event.latlng).setContent(card).openOn(map);
      return;
    }
    for (let i = 0; i < shown.level.codes.length; i++)
      if (coverage.contains(shown.level.from + i, x, y)) {
        filters.set({ grid: shown.level.codes[i] });
        return;
      }
  });
  window.addEventListener("hashchange", () => filters.reread());
  gisgrid.page = { filters, shown, heat, get settled() { return last; } };
  refresh({ level: true });
};
