"use strict";
// Grids by level: names, counts, households under, within or over the range.
gisgrid.grids = (map) => {
  const { el, two, number, section, rows, swatch, unpack } = gisgrid;
  const data = gisgrid.read(), panel = gisgrid.start(map, data);
  const coverage = new gisgrid.Coverage(data.coverage), [low, high] = data.range;
  const LABELS = {
    area: ["街镇", "areas"], unit: ["村居单元", "units"],
    micro: ["微网格", "micro-grids"], police: ["警务区", "police areas"],
  };
  const LINES = {
    area: ["#21404f", 2.4], unit: ["#4f6873", 1.3], micro: ["#8fa3a8", 0.7], police: ["#6d4bb0", 2],
  };
  const CLASSES = [
    ["#a9c8ea", `少于 ${low} 户`, `under ${low}`], ["#d3e5d8", `${low}–${high} 户`, "within"],
    ["#f3ad7d", `多于 ${high} 户`, `over ${high}`], ["#e3e3de", "户数未知", "unknown"],
  ];
  const TINTS = ["#dbe8d3", "#efe3cc", "#d3e4ec", "#eedad6", "#e2dcee", "#d5e8e3", "#f0ead0"];
  const base = {};
  let from = 0;
  const levels = data.levels.map((raw) => {
    const level = { ...raw, from, to: (from += raw.codes.length), arcs: null };
    for (const key of ["households", "addresses", "hazards", "patrols", "special"]) level[key] = unpack(raw[key]);
    level.parent = unpack(raw.parent);
    level.anchors = gisgrid.unpackDeltas(raw.anchors, 2);
    level.arcs = coverage.arcsOf(level.from, level.to);
    base[level.key] = level;
    return level;
  });
  const nested = levels.filter((level) => level.key !== "police");
  const state = { level: nested[nested.length - 1] || levels[0], police: false, at: null, hover: null };

  const klass = (level, i) => {
    const count = level.households[i] - 1;
    return count < 0 ? 3 : count < low ? 0 : count > high ? 2 : 1;
  };
  const tints = new Map();
  function tintOf(level) {
    if (!tints.has(level)) tints.set(level, tint(level));
    return tints.get(level);
  }
  // Areas that meet get different tints; a unit has its area's.
  function tint(level) {
    if (level.key === "unit" && base.area) {
      const byName = new Map(base.area.names.map((name, i) => [name, tintOf(base.area)[i]]));
      return level.parent.map((p) => byName.get(level.parents[p]) || TINTS[0]);
    }
    const users = new Map(), out = [];
    for (let i = level.from; i < level.to; i++)
      for (const ring of coverage.polygons[i])
        for (const r of ring) {
          const arc = r < 0 ? -1 - r : r;
          users.set(arc, [...(users.get(arc) || []), i - level.from]);
        }
    const near = level.codes.map(() => new Set());
    for (const list of users.values()) for (const a of list) for (const b of list) if (a !== b) near[a].add(b);
    level.codes.forEach((_, i) => {
      const used = new Set([...near[i]].map((n) => out[n]));
      out[i] = TINTS.find((color) => !used.has(color)) || TINTS[i % TINTS.length];
    });
    return out;
  }

  function fill(ctx, view, screen) {
    const groups = new Map(), level = state.level;
    level.codes.forEach((_, i) => {
      if (!coverage.visible(level.from + i, view)) return;
      const color = level.key === "micro" ? CLASSES[klass(level, i)][0] : tintOf(level)[i];
      groups.set(color, [...(groups.get(color) || []), level.from + i]);
    });
    for (const [color, list] of groups) {
      ctx.beginPath();
      for (const index of list) coverage.trace(ctx, index, screen);
      ctx.fillStyle = color;
      ctx.fill("evenodd");
    }
  }
  function strokes(ctx, view, screen) {
    ctx.lineJoin = ctx.lineCap = "round";
    const order = nested.slice(0, nested.indexOf(state.level) + 1).reverse();
    const faint = view.zoom < 12 ? 0.7 : 1;
    for (const level of order) {
      [ctx.strokeStyle, ctx.lineWidth] = LINES[level.key];
      ctx.lineWidth *= faint;
      coverage.lines(ctx, level.arcs, screen, view);
    }
    ctx.strokeStyle = "#8a3ffc";
    ctx.lineWidth = 2;
    state.level.codes.forEach((_, i) => {
      if (!state.level.special[i] || !coverage.visible(state.level.from + i, view)) return;
      ctx.beginPath();
      coverage.trace(ctx, state.level.from + i, screen);
      ctx.stroke();
    });
    if (!state.police || !base.police) return;
    [ctx.strokeStyle, ctx.lineWidth] = LINES.police;
    ctx.setLineDash([8, 5]);
    coverage.lines(ctx, base.police.arcs, screen, view);
    ctx.setLineDash([]);
  }
  function names(ctx, view) {
    const labels = new gisgrid.Labels(ctx), depth = nested.indexOf(state.level);
    const write = (level, size, color, weight) => {
      if (!level) return;
      level.names.forEach((name, i) => {
        const x = view.x(gisgrid.worldX(level.anchors[2 * i] * data.coverage.quantum));
        const y = view.y(gisgrid.worldY(level.anchors[2 * i + 1] * data.coverage.quantum));
        if (x < 0 || y < 0 || x > view.size.x || y > view.size.y) return;
        const [w, , e] = coverage.bounds[level.from + i];
        if ((e - w) * view.scale > size * 2.6) labels.put(short(level, name, i), x, y, size, color, weight);
      });
    };
    if (state.police) write(base.police, 14, "#5b3aa0", 600);
    if (view.zoom < 12.4 || depth === 0) write(nested[0], view.zoom < 10.5 ? 13 : 16, "#17303c", 700);
    if (view.zoom >= 12.4 && depth > 0) write(nested[1], 13, "#2c4550", 600);
    if (view.zoom >= 14.2 && depth > 1) write(nested[2], 12, "#43565e", 500);
  }
  // A micro-grid is named after its unit; on the map the unit's name stands beside it.
  function short(level, name, i) {
    const parent = level.parents[level.parent[i]];
    return level.key === "micro" && parent && name.startsWith(parent) ? name.slice(parent.length) || name : name;
  }

  const main = new gisgrid.Canvas((ctx, view) => {
    if (!state.level) return;
    const screen = coverage.screen(view);
    fill(ctx, view, screen);
    strokes(ctx, view, screen);
    names(ctx, view);
  }).addTo(map);
  const marks = new gisgrid.Canvas((ctx, view) => {
    const screen = coverage.screen(view);
    for (const [index, width, color] of [[state.hover, 2.5, "#0f6b6b"], [state.at, 4, "#0b5563"]]) {
      if (index === null) continue;
      ctx.beginPath();
      coverage.trace(ctx, index, screen);
      ctx.lineJoin = "round";
      ctx.strokeStyle = color;
      ctx.lineWidth = width;
      ctx.stroke();
    }
  }).addTo(map);

  const hit = (latlng) => {
    const x = gisgrid.worldX(latlng.lng), y = gisgrid.worldY(latlng.lat), level = state.level;
    for (let i = level ? level.from : 0; level && i < level.to; i++) if (coverage.contains(i, x, y)) return i;
    return null;
  };
  function show(level, i, latlng) {
    state.at = level.from + i;
    marks.redraw();
    const parent = level.parents[level.parent[i]], count = level.households[i] - 1;
    const card = el("div", { class: "card" },
      el("h3", {}, level.names[i]),
      el("p", { class: "code" }, level.codes[i], " ", two(...LABELS[level.key])));
    if (level.special[i]) card.append(el("p", {}, el("b", { class: "tag" }, two("专属网格", "special grid"))));
    if (level.key === "micro")
      card.append(el("p", {}, swatch(CLASSES[klass(level, i)][0]), two(...CLASSES[klass(level, i)].slice(1))));
    card.append(rows([
      ...(parent ? [[two("上级", "in"), parent]] : []),
      ...(level.key === "police" ? [] : [[two("户数", "households"), count < 0 ? "—" : number(count)]]),
      [two("地址", "addresses"), number(level.addresses[i])],
      [two("隐患", "hazards"), number(level.hazards[i])],
      [two("巡逻点", "patrol points"), number(level.patrols[i])]]));
    const popup = L.popup({ maxWidth: 300, minWidth: 220, autoPanPadding: [20, 20] });
    popup.on("remove", () => {
      state.at = null;
      marks.redraw();
    });
    popup.setLatLng(latlng).setContent(card).openOn(map);
    state.at = level.from + i;
  }
  map.on("click", (event) => {
    const index = hit(event.latlng);
    if (index !== null) show(state.level, index - state.level.from, event.latlng);
  });
  map.on("mousemove", (event) => {
    const index = hit(event.latlng);
    if (index === state.hover) return;
    state.hover = index;
    marks.redraw();
  });

  function choose(level) {
    state.level = level;
    state.hover = state.at = null;
    map.closePopup();
    legend();
    main.redraw();
    for (const input of panel.querySelectorAll("input[name=level]")) input.checked = input.value === level.key;
  }
  function switches() {
    const list = el("div", { class: "choices", role: "radiogroup" });
    for (const level of nested) {
      const input = el("input", { type: "radio", name: "level", value: level.key });
      input.checked = level === state.level;
      input.addEventListener("change", () => choose(level));
      list.append(el("label", { class: "choice" }, input, two(...LABELS[level.key]), el("b", {}, number(level.codes.length))));
    }
    if (base.police) {
      const input = el("input", { type: "checkbox", name: "police" });
      input.addEventListener("change", () => {
        state.police = input.checked;
        main.redraw();
      });
      list.append(el("label", { class: "choice" }, input, swatch(LINES.police[0], "line"), two(...LABELS.police),
        el("b", {}, number(base.police.codes.length))));
    }
    return section("层级", "Levels", list);
  }
  const key = el("div", { id: "legend" });
  function legend() {
    key.replaceChildren();
    const level = state.level;
    if (!level) return;
    if (level.key === "micro") {
      const counts = [0, 0, 0, 0];
      level.codes.forEach((_, i) => counts[klass(level, i)]++);
      CLASSES.forEach(([color, zh, en], k) => {
        if (k < 3 || counts[k])
          key.append(el("div", { class: "key" }, swatch(color), two(zh, en), el("b", {}, number(counts[k]))));
      });
    }
    if (level.special.some(Boolean))
      key.append(el("div", { class: "key" }, swatch("#8a3ffc", "ring"), two("专属网格", "special grids"),
        el("b", {}, number(level.special.filter(Boolean).length))));
  }
  function totals() {
    const level = nested[nested.length - 1] || levels[0];
    if (!level) return el("p", {}, two("没有网格", "no grids"));
    const sum = (values, less) => number(values.reduce((total, v) => total + Math.max(0, v - less), 0));
    return rows([[two("户数", "households"), sum(level.households, 1)], [two("地址", "addresses"), sum(level.addresses, 0)],
      [two("隐患", "hazards"), sum(level.hazards, 0)], [two("巡逻点", "patrol points"), sum(level.patrols, 0)]]);
  }
  function search() {
    const input = el("input", { type: "search", id: "search", placeholder: "名称或编码 / name or code", "aria-label": "查找网格 / find a grid" });
    const list = el("ul", { class: "found" });
    const find = () => {
      const wanted = input.value.trim().toLowerCase();
      list.replaceChildren();
      if (!wanted) return;
      for (const level of levels)
        level.names.forEach((name, i) => {
          if (list.childElementCount >= 12) return;
          if (!name.toLowerCase().includes(wanted) && !level.codes[i].toLowerCase().includes(wanted)) return;
          const button = el("button", { type: "button" }, el("span", {}, name), el("small", {}, level.codes[i]));
          button.addEventListener("click", () => go(level, i));
          list.append(el("li", {}, button));
        });
      if (!list.childElementCount) list.append(el("li", { class: "none" }, two("没有找到", "nothing found")));
    };
    input.addEventListener("input", find);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && list.querySelector("button")) list.querySelector("button").click();
    });
    return el("section", { class: "search" }, input, list);
  }
  function go(level, i) {
    if (level.key !== "police") choose(level);
    map.fitBounds(coverage.latLngBounds(level.from + i), { maxZoom: 16, padding: [40, 40], animate: false });
    const at = gisgrid.latLng(gisgrid.worldX(level.anchors[2 * i] * data.coverage.quantum),
      gisgrid.worldY(level.anchors[2 * i + 1] * data.coverage.quantum));
    show(level, i, at);
  }

  panel.append(search(), switches(), section("图例", "Legend", key), section("合计", "Totals", totals()));
  legend();
};
