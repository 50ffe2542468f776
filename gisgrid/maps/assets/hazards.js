"use strict";
// Hazards as a density in hazards per hectare, whose kernel is measured in metres.
gisgrid.hazards = (map) => {
  const { el, two, number, section, rows, swatch, unpack } = gisgrid;
  const data = gisgrid.read(), panel = gisgrid.start(map, data), raw = data.hazards;
  const coverage = new gisgrid.Coverage(data.grids.coverage), quantum = data.grids.coverage.quantum;
  const borders = coverage.arcsOf(0, coverage.polygons.length);
  const anchors = gisgrid.unpackDeltas(data.grids.anchors, 2);
  const places = gisgrid.unpackDeltas(raw.places, 2), count = places.length / 2;
  const [category, subject, state, severity, day] =
    ["category", "subject", "state", "severity", "day"].map((key) => unpack(raw[key]));
  const xs = new Float64Array(count), ys = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    xs[i] = gisgrid.worldX(places[2 * i] * quantum);
    ys[i] = gisgrid.worldY(places[2 * i + 1] * quantum);
  }
  const COLORS = ["#0b7285", "#b5338a", "#b8860b", "#5f3dc4", "#c92a2a", "#2b8a3e", "#495057", "#1864ab"];
  const STATES = new Map([["open", ["未整改", "open"]], ["fixed", ["已整改", "fixed"]]]);
  const SEVERITY = new Map([[1, ["一般", "minor"]], [2, ["较大", "serious"]], [3, ["重大", "grave"]]]);
  const RAMP = [[255, 243, 191, 0.55], [255, 212, 102, 0.72], [247, 152, 56, 0.82], [222, 82, 40, 0.88], [168, 24, 40, 0.92], [86, 10, 44, 0.95]];
  const POINTS_FROM = 15.5;
  // So few make no density worth a colour: each is shown at any zoom.
  const FEW = 500;
  let few = count <= FEW;
  const on = { category: raw.categories.map(() => true), state: raw.states.map(() => true) };
  const kept = (i) => on.category[category[i]] && on.state[state[i]];

  // Bins on the ground, then three passes of a box filter: close to a bell curve that ends at the
  // radius. Bins grow only when the map is so wide that there would be too many.
  const frame = (() => {
    let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
    for (let i = 0; i < count; i++) {
      west = Math.min(west, xs[i]);
      east = Math.max(east, xs[i]);
      north = Math.min(north, ys[i]);
      south = Math.max(south, ys[i]);
    }
    if (!count) return null;
    const metre = gisgrid.perMetre(gisgrid.latLng((west + east) / 2, (north + south) / 2).lat);
    const reach = data.radius * metre, most = 3e6;
    let half = 2, cell = reach / (3 * half + 1.5);
    const area = (east - west + 2 * reach) * (south - north + 2 * reach);
    while (half > 0 && area / (cell * cell) > most) cell = reach / (3 * --half + 1.5);
    cell = Math.max(cell, Math.sqrt(area / most));
    const edge = 3 * half + 2;
    return { half, cell, west: west - edge * cell, north: north - edge * cell,
      width: Math.ceil((east - west) / cell) + 2 * edge, height: Math.ceil((south - north) / cell) + 2 * edge,
      hectares: Math.pow(cell / metre, 2) / 1e4 };
  })();
  function blur(from, to, width, height, stepX, stepY) {
    const half = frame.half, window = 2 * half + 1;
    for (let y = 0; y < height; y++) {
      let sum = 0, row = y * stepY;
      for (let x = -half; x < width; x++) {
        if (x + half < width) sum += from[row + (x + half) * stepX];
        if (x - half - 1 >= 0) sum -= from[row + (x - half - 1) * stepX];
        if (x >= 0) to[row + x * stepX] = sum / window;
      }
    }
  }
  function density(keep) {
    const { width, height, cell, west, north } = frame;
    let a = new Float32Array(width * height), b = new Float32Array(width * height);
    for (let i = 0; i < count; i++)
      if (keep(i)) a[Math.floor((ys[i] - north) / cell) * width + Math.floor((xs[i] - west) / cell)] += 1 / frame.hectares;
    for (let pass = 0; pass < 3; pass++) {
      blur(a, b, width, height, 1, width);
      blur(b, a, height, width, width, 1);
    }
    return a;
  }
  // Classes 1, 2, 5, 10 … that end near the densest place of the whole map.
  const steps = (() => {
    if (!frame) return [1, 2, 5, 10, 20, 50];
    const top = density(() => true).reduce((m, v) => Math.max(m, v), 0);
    const all = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000];
    const last = Math.max(5, all.findIndex((step) => step * 1.6 > top));
    return all.slice(last - 5, last + 1);
  })();
  const shade = (() => {
    const out = new Uint8ClampedArray(4 * 1024);
    for (let i = 1; i < 1024; i++) {
      const t = Math.min(4.999, (i / 1023) * 5), k = Math.floor(t), f = t - k;
      for (let c = 0; c < 4; c++) out[4 * i + c] = (RAMP[k][c] * (1 - f) + RAMP[k + 1][c] * f) * (c === 3 ? 255 : 1);
    }
    // Each class takes a fifth of the ramp, evenly in the logarithm within it.
    const index = (value) => {
      if (value >= steps[5]) return 1023;
      const k = Math.max(0, steps.findIndex((step) => step > value) - 1);
      return Math.max(1, Math.round((1023 * (k + Math.log(value / steps[k]) / Math.log(steps[k + 1] / steps[k]))) / 5));
    };
    return { out, index };
  })();
  const image = el("canvas");
  function picture() {
    if (!frame) return;
    image.width = frame.width;
    image.height = frame.height;
    const values = density(kept), ctx = image.getContext("2d"), pixels = ctx.createImageData(frame.width, frame.height);
    const least = steps[0] / 2;
    for (let i = 0; i < values.length; i++) {
      if (values[i] < least) continue;
      const at = 4 * shade.index(Math.max(values[i], steps[0]));
      for (let c = 0; c < 4; c++) pixels.data[4 * i + c] = shade.out[at + c];
      if (values[i] < steps[0]) pixels.data[4 * i + 3] *= values[i] / least - 1;
    }
    ctx.putImageData(pixels, 0, 0);
  }

  const canvas = new gisgrid.Canvas((ctx, view) => {
    const screen = coverage.screen(view);
    ctx.beginPath();
    coverage.polygons.forEach((_, i) => coverage.visible(i, view) && coverage.trace(ctx, i, screen));
    ctx.fillStyle = "#fbfcfb";
    ctx.fill("evenodd");
    ctx.lineJoin = "round";
    ctx.strokeStyle = "#b4c0c4";
    ctx.lineWidth = view.zoom < 12 ? 0.7 : 1.2;
    coverage.lines(ctx, borders, screen, view);
    if (frame) {
      ctx.imageSmoothingQuality = "high";
      ctx.globalAlpha = view.zoom > POINTS_FROM ? 0.45 : 1;
      ctx.drawImage(image, view.x(frame.west), view.y(frame.north),
        frame.width * frame.cell * view.scale, frame.height * frame.cell * view.scale);
      ctx.globalAlpha = 1;
    }
    if (few || view.zoom > POINTS_FROM) dots(ctx, view);
    if (view.zoom < 12) return;
    const labels = new gisgrid.Labels(ctx);
    data.grids.names.forEach((name, i) => {
      const x = view.x(gisgrid.worldX(anchors[2 * i] * quantum)), y = view.y(gisgrid.worldY(anchors[2 * i + 1] * quantum));
      if (x > 0 && y > 0 && x < view.size.x && y < view.size.y) labels.put(name, x, y, 13, "#3a4c55", 500);
    });
  }).addTo(map);
  function dots(ctx, view) {
    for (let i = 0; i < count; i++) {
      if (!kept(i) || xs[i] < view.west || xs[i] > view.east || ys[i] < view.north || ys[i] > view.south) continue;
      ctx.beginPath();
      ctx.arc(view.x(xs[i]), view.y(ys[i]), 2.5 + Math.max(1, severity[i]), 0, 7);
      ctx.fillStyle = COLORS[category[i] % COLORS.length];
      ctx.fill();
      ctx.strokeStyle = "#fff";
      ctx.lineWidth = 1.2;
      ctx.stroke();
    }
  }

  const date = (n) => (n < 0 ? "—" : new Date((raw.first_day + n) * 864e5).toISOString().slice(0, 10));
  map.on("click", (event) => {
    if (!few && map.getZoom() <= POINTS_FROM) return;
    const near = 10 / Math.pow(2, map.getZoom()), x = gisgrid.worldX(event.latlng.lng), y = gisgrid.worldY(event.latlng.lat);
    const found = [];
    for (let i = 0; i < count; i++) if (kept(i) && Math.hypot(xs[i] - x, ys[i] - y) < near) found.push(i);
    if (!found.length) return;
    found.sort((a, b) => day[b] - day[a]);
    const list = el("ul");
    for (const i of found.slice(0, 8)) {
      const cat = raw.categories[category[i]], word = raw.states[state[i]];
      list.append(el("li", {}, swatch(COLORS[category[i] % COLORS.length], "dot"), el("b", {}, raw.subjects[subject[i]]),
        el("div", {}, two(cat.zh, cat.en)),
        el("div", {}, date(day[i]), " · ", two(...(SEVERITY.get(severity[i]) || ["—", ""])), " · ", two(...(STATES.get(word) || [word, ""])))));
    }
    const card = el("div", { class: "card" }, el("h3", {}, two(`${found.length} 处隐患`, "hazards here")), list);
    L.popup({ maxWidth: 300, maxHeight: 320 }).setLatLng(event.latlng).setContent(card).openOn(map);
  });

  const shown = el("output", { id: "shown", class: "big" });
  const often = el("div", { class: "bars" });
  function refresh() {
    const bySubject = new Map();
    let total = 0;
    for (let i = 0; i < count; i++)
      if (kept(i)) {
        total++;
        bySubject.set(subject[i], (bySubject.get(subject[i]) || 0) + 1);
      }
    few = total <= FEW;
    shown.textContent = number(total);
    const top = [...bySubject].sort((a, b) => b[1] - a[1]).slice(0, 6);
    often.replaceChildren(...top.map(([s, n]) => {
      const bar = el("i");
      bar.style.width = (100 * n) / top[0][1] + "%";
      return el("div", {}, bar, el("span", {}, raw.subjects[s]), el("b", {}, number(n)));
    }));
    picture();
    canvas.redraw();
  }
  function filter(name, zh, en, words, values, dotted) {
    const totals = words.map(() => 0);
    for (const value of values) totals[value]++;
    const list = el("div", { class: "choices" });
    words.forEach((word, k) => {
      const input = el("input", { type: "checkbox", name, value: word.key });
      input.checked = true;
      input.addEventListener("change", () => {
        on[name][k] = input.checked;
        map.closePopup();
        refresh();
      });
      list.append(el("label", { class: "choice" }, input, dotted ? swatch(COLORS[k % COLORS.length], "dot") : null,
        two(word.zh, word.en), el("b", {}, number(totals[k]))));
    });
    return section(zh, en, list);
  }
  function legend() {
    const ramp = el("canvas", { class: "ramp" });
    ramp.width = 1024;
    ramp.height = 1;
    ramp.getContext("2d").putImageData(new ImageData(shade.out.slice(), 1024, 1), 0, 0);
    return section("密度：每公顷隐患数", "density: hazards per hectare", ramp,
      el("div", { class: "ticks" }, ...steps.map((step) => el("span", {}, number(step)))),
      el("p", { class: "note" }, `半径 ${number(data.radius)} 米，缩放时颜色含义不变。放大可见每一处。`,
        el("br"), el("small", { lang: "en" }, `Radius ${number(data.radius)} m; colours mean the same at every zoom. Zoom in to see each one.`)));
  }
  panel.append(section("图上隐患", "Hazards shown", shown),
    filter("category", "类别", "Categories", raw.categories, category, true));
  if (raw.states.length > 1)
    panel.append(filter("state", "状态", "State", raw.states.map((word) => {
      const [zh, en] = STATES.get(word) || [word, ""];
      return { key: word, zh, en };
    }), state, false));
  panel.append(legend(), section("最多的问题", "Most frequent", often));
  refresh();
};
