"use strict";
// Micro-grids by how many grid members they lack.
gisgrid.staffing = (map) => {
  const { el, two, number, section, rows, swatch, unpack } = gisgrid;
  const data = gisgrid.read(), panel = gisgrid.start(map, data);
  const coverage = new gisgrid.Coverage(data.coverage);
  const have = unpack(data.have), missing = unpack(data.missing);
  const anchors = gisgrid.unpackDeltas(data.anchors, 2), arcs = coverage.arcsOf(0, data.codes.length);
  const CLASSES = [
    ["#cfe6d3", "不缺员", "none missing"], ["#f6dd8b", "缺 1 人", "1 missing"],
    ["#f0a45d", "缺 2 人", "2 missing"], ["#cf4b3b", "缺 3 人及以上", "3 or more missing"],
  ];
  const MOST = 200;
  const klass = (i) => Math.min(missing[i], CLASSES.length - 1);
  const state = { at: null };

  function fill(ctx, view, screen) {
    for (let k = 0; k < CLASSES.length; k++) {
      ctx.beginPath();
      data.codes.forEach((_, i) => {
        if (klass(i) === k && coverage.visible(i, view)) coverage.trace(ctx, i, screen);
      });
      ctx.fillStyle = CLASSES[k][0];
      ctx.fill("evenodd");
    }
  }
  function names(ctx, view) {
    if (view.zoom < 13.5) return;
    const labels = new gisgrid.Labels(ctx);
    data.names.forEach((name, i) => {
      const x = view.x(gisgrid.worldX(anchors[2 * i] * data.coverage.quantum));
      const y = view.y(gisgrid.worldY(anchors[2 * i + 1] * data.coverage.quantum));
      if (x > 0 && y > 0 && x < view.size.x && y < view.size.y) labels.put(name, x, y, 12, "#2c4550", 500);
    });
  }
  const main = new gisgrid.Canvas((ctx, view) => {
    const screen = coverage.screen(view);
    fill(ctx, view, screen);
    ctx.lineJoin = ctx.lineCap = "round";
    [ctx.strokeStyle, ctx.lineWidth] = ["#8fa3a8", 0.7];
    coverage.lines(ctx, arcs, screen, view);
    if (state.at !== null) {
      ctx.beginPath();
      coverage.trace(ctx, state.at, screen);
      [ctx.strokeStyle, ctx.lineWidth] = ["#0b5563", 4];
      ctx.stroke();
    }
    names(ctx, view);
  }).addTo(map);

  function show(i, latlng) {
    const card = el("div", { class: "card" },
      el("h3", {}, data.names[i]),
      el("p", { class: "code" }, data.codes[i]),
      el("p", {}, swatch(CLASSES[klass(i)][0]), two(...CLASSES[klass(i)].slice(1))),
      rows([...(data.parents[i] ? [[two("上级", "in"), data.parents[i]]] : []),
        [two("应有网格员", "members wanted"), number(data.wanted)],
        [two("现有", "there are"), number(have[i])], [two("缺", "missing"), number(missing[i])]]));
    L.popup({ maxWidth: 300, minWidth: 220, autoPanPadding: [20, 20] }).setLatLng(latlng).setContent(card).openOn(map);
    state.at = i;
    main.redraw();
  }
  map.on("click", (event) => {
    const x = gisgrid.worldX(event.latlng.lng), y = gisgrid.worldY(event.latlng.lat);
    for (let i = 0; i < data.codes.length; i++) if (coverage.contains(i, x, y)) return show(i, event.latlng);
  });
  function go(i) {
    map.fitBounds(coverage.latLngBounds(i), { maxZoom: 16, padding: [40, 40], animate: false });
    show(i, gisgrid.latLng(gisgrid.worldX(anchors[2 * i] * data.coverage.quantum),
      gisgrid.worldY(anchors[2 * i + 1] * data.coverage.quantum)));
  }

  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const legend = el("div", { id: "legend" }, ...CLASSES.map(([color, zh, en], k) =>
    el("div", { class: "key" }, swatch(color), two(zh, en), el("b", {}, number(data.codes.filter((_, i) => klass(i) === k).length)))));
  const totals = rows([[two("应有", "wanted"), number(data.wanted * data.codes.length)],
    [two("现有", "there are"), number(sum(have))], [two("缺", "missing"), number(sum(missing))]]);
  const areas = rows([...data.above].sort((a, b) => b.missing - a.missing).map((one) =>
    [one.name, `${number(one.have)} / ${number(one.wanted)} · 缺 ${number(one.missing)}`]));
  const short = data.codes.map((_, i) => i).filter((i) => missing[i]).sort((a, b) => missing[b] - missing[a]);
  const list = el("ul", { class: "found", id: "gaps" }, ...short.slice(0, MOST).map((i) => {
    const button = el("button", { type: "button" }, el("span", {}, data.names[i]), el("small", {}, `缺 ${missing[i]}`));
    button.addEventListener("click", () => go(i));
    return el("li", {}, button);
  }));
  if (!short.length) list.append(el("li", { class: "none" }, two("没有缺员的微网格", "no micro-grid lacks members")));
  if (short.length > MOST) list.append(el("li", { class: "none" }, two(`另有 ${number(short.length - MOST)} 个`, `${number(short.length - MOST)} more`)));
  panel.append(section("图例", "Legend", legend), section("合计", "Totals", totals),
    section("各街镇", "By area", areas), section("缺员的微网格", "Micro-grids with a gap", list));
};
