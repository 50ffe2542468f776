"use strict";
// Two states beside each other: old borders, new borders, and the places that change their grid.
gisgrid.comparison = (map) => {
  const { el, two, number, section, rows, swatch, unpack, unpackDeltas } = gisgrid;
  const data = gisgrid.read(), panel = gisgrid.start(map, data);
  const coverage = new gisgrid.Coverage(data.coverage);
  const OLD = "#b3261e", NEW = "#1d6fb8", MOST = 300;
  const CHANGES = [["新增", "new"], ["撤销", "ended"], ["边界变动", "reshaped"], ["属性变动", "relabelled"]];
  const KINDS = [["地址", "addresses"], ["隐患", "hazards"], ["巡查点", "patrol points"],
    ["建筑", "buildings"], ["整治对象", "campaign items"], ["设施", "facilities"]];
  const LEVELS = [["街镇", "area"], ["村居", "unit"], ["微网格", "micro-grid"], ["警务区", "police area"]];
  const raw = data.grids, q = data.coverage.quantum, count = raw.codes[0].length;
  const [levels, changes] = [unpack(raw.level), unpack(raw.change)];
  const sides = (column) => column.map(unpack);
  const households = sides(raw.households), compactness = sides(raw.compactness), lines = sides(raw.lines);
  const none = "—";
  const ratio = (value) => (value ? ((value - 1) / 100).toFixed(2) : none);
  const homes = (value) => (value ? number(value - 1) : none);
  const pair = (columns, i, words) => `${words(columns[0][i])} → ${words(columns[1][i])}`;
  const both = (old, now) => (old && now && old !== now ? `${old} → ${now}` : now || old);
  const grids = raw.codes[0].map((code, i) => ({
    index: i, level: levels[i], change: changes[i], old: data.around + i, now: data.around + count + i,
    code: both(code, raw.codes[1][i]), title: both(raw.titles[0][i], raw.titles[1][i]),
  }));
  const at = unpackDeltas(data.moves.places, 2), kinds = unpack(data.moves.kind);
  const from = unpack(data.moves.from), to = unpack(data.moves.to);
  const moves = kinds.map((kind, i) => ({
    kind, title: data.moves.titles[i], from: data.moves.codes[from[i]], to: data.moves.codes[to[i]],
    lon: at[2 * i] * q, lat: at[2 * i + 1] * q,
  }));
  const state = { off: new Set(), chosen: null };
  const around = coverage.arcsOf(0, data.around);
  const olds = coverage.arcsOf(data.around, data.around + count);
  const news = coverage.arcsOf(data.around + count, data.around + 2 * count);
  const gone = [...olds].filter((arc) => !news.has(arc)), fresh = [...news].filter((arc) => !olds.has(arc));

  new gisgrid.Canvas((ctx, view) => {
    const screen = coverage.screen(view);
    const stroke = (arcs, color, width) => {
      ctx.strokeStyle = color;
      ctx.lineWidth = width;
      coverage.lines(ctx, arcs, screen, view);
    };
    ctx.lineJoin = ctx.lineCap = "round";
    stroke(around, "#93a5ad", view.zoom < 12 ? 0.6 : 1);
    // What is an old border and no new one, and the other way round.
    stroke(gone, OLD, 3);
    stroke(fresh, NEW, 3);
    if (!state.chosen) return;
    for (const [shape, color] of [[state.chosen.old, OLD], [state.chosen.now, NEW]]) {
      if (!coverage.polygons[shape].length) continue;
      ctx.beginPath();
      coverage.trace(ctx, shape, screen);
      ctx.globalAlpha = 0.16;
      ctx.fillStyle = color;
      ctx.fill("evenodd");
      ctx.globalAlpha = 1;
    }
  }).addTo(map);
  const dots = new gisgrid.Canvas((ctx, view) => {
    ctx.fillStyle = "#e07a1f";
    ctx.strokeStyle = "#fff";
    ctx.lineWidth = 1;
    const size = Math.max(2.5, Math.min(6, view.zoom - 11));
    for (const one of moves) {
      if (state.off.has(one.kind)) continue;
      ctx.beginPath();
      ctx.arc(view.x(gisgrid.worldX(one.lon)), view.y(gisgrid.worldY(one.lat)), size, 0, 2 * Math.PI);
      ctx.fill();
      ctx.stroke();
    }
  }).addTo(map);

  function show(latlng, card) {
    L.popup({ maxWidth: 320, minWidth: 220, autoPanPadding: [20, 20] }).setLatLng(latlng).setContent(card).openOn(map);
  }
  map.on("click", (event) => {
    let best = null, near = 12;
    for (const one of moves) {
      if (state.off.has(one.kind)) continue;
      const d = map.latLngToContainerPoint([one.lat, one.lon]).distanceTo(event.containerPoint);
      if (d < near) [best, near] = [one, d];
    }
    if (!best) return;
    show([best.lat, best.lon], el("div", { class: "card" },
      el("h3", {}, two(...KINDS[best.kind])), el("p", {}, best.title),
      el("p", {}, `${best.from || none} → ${best.to || none}`)));
  });
  function choose(one) {
    state.chosen = one;
    const shape = coverage.polygons[one.now].length ? one.now : one.old;
    if (coverage.polygons[shape].length)
      map.fitBounds(coverage.latLngBounds(shape), { maxZoom: 18, padding: [50, 50], animate: false });
    for (const button of panel.querySelectorAll("button[data-index]"))
      button.setAttribute("aria-pressed", String(Number(button.dataset.index) === one.index));
    dots.redraw();
  }

  const [before, after] = data.names;
  panel.append(section("比较", "Compared", rows([
    [el("span", {}, swatch(OLD), two("原边界", "old borders")), before],
    [el("span", {}, swatch(NEW), two("新边界", "new borders")), after],
  ])));
  const box = el("div", { class: "choices" });
  KINDS.forEach((name, kind) => {
    const found = moves.filter((one) => one.kind === kind).length;
    if (!found) return;
    const input = el("input", { type: "checkbox", name: "kind", value: String(kind), checked: true });
    input.addEventListener("change", () => {
      if (input.checked) state.off.delete(kind);
      else state.off.add(kind);
      dots.redraw();
    });
    box.append(el("label", { class: "choice" }, input, two(...name), el("b", {}, number(found))));
  });
  panel.append(section("改派", "Moved", moves.length ? box : el("p", { class: "none" }, two("没有", "nothing"))));
  const ground = unpack(data.ground.area), moved = unpack(data.ground.households);
  if (ground.length)
    panel.append(section("划转", "Ground", el("ul", { class: "found passages" }, ...ground.slice(0, MOST).map((area, i) =>
      el("li", {}, el("span", {}, `${data.ground.source[i]} → ${data.ground.target[i]}`,
        el("small", {}, `${number(area)} m² · 户 households ${number(moved[i])}`)))))));
  const list = el("ul", { class: "found faults" });
  for (const one of grids.slice(0, MOST)) {
    const i = one.index;
    const facts = [`户 households ${pair(households, i, homes)}`,
      `紧凑度 compact ${pair(compactness, i, ratio)}`, `沿线 on lines ${pair(lines, i, ratio)}`];
    const button = el("button", { type: "button", "data-index": String(i), "aria-pressed": "false" },
      el("span", {}, one.code, " ", one.title, el("small", {}, `${LEVELS[one.level].join(" ")} · ${CHANGES[one.change].join(" ")}`),
        ...facts.map((fact) => el("small", {}, fact))));
    button.addEventListener("click", () => choose(one));
    list.append(el("li", {}, button));
  }
  if (grids.length > MOST)
    list.append(el("li", { class: "none" }, two(`还有 ${number(grids.length - MOST)} 个网格`, `${number(grids.length - MOST)} more`)));
  if (!grids.length) list.append(el("li", { class: "none" }, two("没有差别", "nothing differs")));
  panel.append(section("网格", "Grids", list));
};
