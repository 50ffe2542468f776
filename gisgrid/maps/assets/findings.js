"use strict";
// What a check found: outlines of the grids, each fault drawn and listed, a click zooms to it.
gisgrid.findings = (map) => {
  const { el, two, number, section, swatch, unpack, unpackDeltas } = gisgrid;
  const data = gisgrid.read(), panel = gisgrid.start(map, data);
  const coverage = new gisgrid.Coverage(data.coverage);
  const COLORS = {
    "invalid-ring": "#b3261e", overlap: "#d1495b", gap: "#1d6fb8", sliver: "#a05a00",
    "outside-parent": "#7b3fa0", "parent-not-filled": "#2f7d6b", "pieces-apart": "#8a6d00",
    households: "#5b6b73", "duplicate-code": "#b3261e", "missing-code": "#b3261e",
  };
  const MOST = 300, SMALL = 14, CROWD = 200;
  const raw = data.findings, at = unpackDeltas(raw.places, 2), q = data.coverage.quantum;
  const kinds = unpack(raw.kind), errors = unpack(raw.error), nowhere = unpack(raw.nowhere);
  const findings = kinds.map((k, i) => ({
    index: i, shape: data.grids + i, kind: data.kinds[k][0], name: data.kinds[k].slice(1),
    color: COLORS[data.kinds[k][0]], error: errors[i] === 1, codes: raw.codes[i], zh: raw.zh[i], en: raw.en[i],
    at: nowhere[i] ? null : [at[2 * i] * q, at[2 * i + 1] * q],
  }));
  const state = { off: new Set(), wanted: "", chosen: null };
  const outlines = coverage.arcsOf(0, data.grids);
  const drawn = (one) => coverage.polygons[one.shape].length > 0;
  const shown = () => findings.filter((one) => !state.off.has(one.kind) &&
    (!state.wanted || one.codes.some((code) => code.toLowerCase().includes(state.wanted))));

  // A fault of a few pixels is a ring around its place, so that nobody has to search for it; a dot
  // where there are so many that rings would hide them.
  function draw(ctx, view, screen, one, strong, crowd) {
    ctx.strokeStyle = one.color;
    ctx.fillStyle = one.color;
    ctx.lineWidth = strong ? 3 : 1.4;
    let wide = 0;
    if (drawn(one) && coverage.visible(one.shape, view)) {
      const [w, n, e, s] = coverage.bounds[one.shape];
      wide = Math.max(e - w, s - n) * view.scale;
      ctx.beginPath();
      coverage.trace(ctx, one.shape, screen);
      ctx.globalAlpha = one.kind === "households" ? 0.18 : 0.45;
      ctx.fill("evenodd");
      ctx.globalAlpha = 1;
      ctx.stroke();
    }
    // A household count is a fault of no place.
    if (!one.at || (!strong && (wide > SMALL || one.kind === "households"))) return;
    const x = view.x(gisgrid.worldX(one.at[0])), y = view.y(gisgrid.worldY(one.at[1]));
    ctx.beginPath();
    ctx.arc(x, y, strong ? 13 : crowd ? 1.5 : 5, 0, 2 * Math.PI);
    ctx.lineWidth = strong ? 3 : 2;
    ctx.stroke();
  }
  const main = new gisgrid.Canvas((ctx, view) => {
    const screen = coverage.screen(view);
    ctx.lineJoin = ctx.lineCap = "round";
    ctx.strokeStyle = "#6f858e";
    ctx.lineWidth = view.zoom < 12 ? 0.6 : 1;
    coverage.lines(ctx, outlines, screen, view);
    // Errors above warnings.
    const some = shown().reverse();
    for (const one of some) draw(ctx, view, screen, one, false, some.length > CROWD);
  }).addTo(map);
  const marks = new gisgrid.Canvas((ctx, view) => {
    if (state.chosen) draw(ctx, view, coverage.screen(view), state.chosen, true);
  }).addTo(map);

  const severity = (one) => one.error ? two("错误", "error") : two("警告", "warning");
  function choose(one, zoom) {
    state.chosen = one;
    for (const button of list.querySelectorAll("button[data-index]"))
      button.setAttribute("aria-pressed", String(Number(button.dataset.index) === one.index));
    marks.redraw();
    if (!one.at) return;
    if (zoom) {
      const bounds = drawn(one) ? coverage.latLngBounds(one.shape) : L.latLngBounds([[one.at[1], one.at[0]]]);
      map.fitBounds(bounds, { maxZoom: 19, padding: [60, 60], animate: false });
    }
    const card = el("div", { class: "card" },
      el("h3", {}, swatch(one.color), two(...one.name)), el("p", {}, severity(one)),
      el("p", {}, one.zh), el("p", { lang: "en" }, one.en));
    const popup = L.popup({ maxWidth: 320, minWidth: 220, autoPanPadding: [20, 20] });
    popup.on("remove", () => {
      if (state.chosen === one) state.chosen = null;
      marks.redraw();
    });
    popup.setLatLng([one.at[1], one.at[0]]).setContent(card).openOn(map);
    state.chosen = one;
  }
  // A fault's own ring is nearer than the ground around it.
  map.on("click", (event) => {
    const p = event.containerPoint;
    let best = null, near = 14;
    for (const one of shown()) {
      if (!one.at) continue;
      const d = map.latLngToContainerPoint([one.at[1], one.at[0]]).distanceTo(p);
      if (d < near) [best, near] = [one, d];
    }
    const x = gisgrid.worldX(event.latlng.lng), y = gisgrid.worldY(event.latlng.lat);
    best = best || shown().find((one) => drawn(one) && coverage.contains(one.shape, x, y));
    if (best) choose(best, false);
  });

  const list = el("ul", { class: "found faults", id: "faults" });
  function fill() {
    list.replaceChildren();
    const some = shown();
    for (const one of some.slice(0, MOST)) {
      const button = el("button", { type: "button", "data-index": String(one.index), "aria-pressed": "false" },
        swatch(one.color, "dot"), el("span", {}, one.zh, el("small", { lang: "en" }, one.en)));
      button.addEventListener("click", () => choose(one, true));
      list.append(el("li", {}, button));
    }
    if (some.length > MOST)
      list.append(el("li", { class: "none" }, two(`还有 ${number(some.length - MOST)} 条,请筛选`, `${number(some.length - MOST)} more: filter them`)));
    if (!some.length) list.append(el("li", { class: "none" }, two("没有问题", "nothing here")));
    main.redraw();
  }
  function filters() {
    const box = el("div", { class: "choices" });
    for (const [kind, zh, en] of data.kinds) {
      const count = findings.filter((one) => one.kind === kind).length;
      if (!count) continue;
      const input = el("input", { type: "checkbox", name: "kind", value: kind, checked: true });
      input.addEventListener("change", () => {
        if (input.checked) state.off.delete(kind);
        else state.off.add(kind);
        fill();
      });
      box.append(el("label", { class: "choice" }, input, swatch(COLORS[kind]), two(zh, en), el("b", {}, number(count))));
    }
    return box;
  }
  function search() {
    const input = el("input", { type: "search", id: "search", placeholder: "网格编码 / grid code", "aria-label": "按编码筛选 / filter by code" });
    input.addEventListener("input", () => {
      state.wanted = input.value.trim().toLowerCase();
      fill();
    });
    return el("section", { class: "search" }, input);
  }
  const verdict = data.summary[data.summary.length - 1];
  panel.append(section("结论", "Result", el("p", { id: "verdict" }, verdict[0], " ", el("small", { lang: "en" }, verdict[1]))));
  if (findings.length) panel.append(section("类型", "Kinds", filters()), search());
  panel.append(section("问题", "Findings", list));
  const small = data.summary.slice(0, -1);
  if (small.length)
    panel.append(section("容差之内", "Within the tolerances",
      ...small.map(([zh, en]) => el("p", { class: "note" }, zh, " ", el("small", { lang: "en" }, en)))));
  fill();
};
