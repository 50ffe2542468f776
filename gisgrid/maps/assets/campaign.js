"use strict";
// A campaign day by day: buildings, the things dealt with, the count left.
gisgrid.campaign = (map) => {
  const { el, two, number, section, rows, swatch, unpack } = gisgrid;
  const data = gisgrid.read(), panel = gisgrid.start(map, data), words = data.names;
  const LEFT = "#c2410c", DONE = "#5fb39b", FRESH = "#0b5563";
  const quantum = data.buildings.coverage.quantum;
  const houses = new gisgrid.Coverage(data.buildings.coverage), grids = new gisgrid.Coverage(data.grids.coverage);
  const houseAnchors = gisgrid.unpackDeltas(data.buildings.anchors, 2), gridAnchors = gisgrid.unpackDeltas(data.grids.anchors, 2);
  const floors = unpack(data.buildings.floors), borders = grids.arcsOf(0, grids.polygons.length);
  const [building, floor, done] = ["building", "floor", "done"].map((key) => unpack(data.items[key]));
  const places = gisgrid.unpackDeltas(data.items.places, 2), total = done.length;
  const houseNames = gisgrid.shortened(data.buildings.names), gridNames = gisgrid.shortened(data.grids.names);
  const metre = gisgrid.perMetre((data.bounds[0][0] + data.bounds[1][0]) / 2);
  const date = (n) => new Date((data.first_day + n) * 864e5).toISOString().slice(0, 10);

  const items = done.map((_, i) => {
    const x = gisgrid.worldX(places[2 * i] * quantum), y = gisgrid.worldY(places[2 * i + 1] * quantum);
    return { x, y, ...wall(building[i], x, y) };
  });
  // The direction of the wall that an item sits on, and the way out of the house.
  function wall(house, x, y) {
    let best = { far: Infinity, ax: 1, ay: 0 };
    if (house >= 0)
      for (const ring of houses.polygons[house])
        for (const ref of ring) {
          const a = houses.arcs[ref < 0 ? -1 - ref : ref];
          for (let i = 2; i < a.length; i += 2) {
            const dx = a[i] - a[i - 2], dy = a[i + 1] - a[i - 1], length = Math.hypot(dx, dy) || 1;
            const t = Math.max(0, Math.min(1, ((x - a[i - 2]) * dx + (y - a[i - 1]) * dy) / (length * length)));
            const far = Math.hypot(x - a[i - 2] - t * dx, y - a[i - 1] - t * dy);
            if (far < best.far) best = { far, ax: dx / length, ay: dy / length };
          }
        }
    let ox = -best.ay, oy = best.ax;
    if (house >= 0 && houses.contains(house, x + ox * metre, y + oy * metre)) [ox, oy] = [-ox, -oy];
    return { ax: best.ax, ay: best.ay, ox, oy };
  }
  const doneBy = new Array(data.days).fill(0);
  for (const day of done) if (day >= 0) doneBy[day]++;
  for (let d = 1; d < data.days; d++) doneBy[d] += doneBy[d - 1];
  let today = data.days - 1;
  const isDone = (i) => done[i] >= 0 && done[i] <= today;

  const canvas = new gisgrid.Canvas((ctx, view) => {
    ground(ctx, view);
    windows(ctx, view);
    const labels = new gisgrid.Labels(ctx);
    const at = (anchors, i) => [view.x(gisgrid.worldX(anchors[2 * i] * quantum)), view.y(gisgrid.worldY(anchors[2 * i + 1] * quantum))];
    if (view.zoom > 16)
      houseNames.forEach((name, i) => {
        const [w, n, e, s] = houses.bounds[i], [x, y] = at(houseAnchors, i);
        const room = Math.max(e - w, s - n) * view.scale;
        if (room > 44) labels.put(name, x, y, room > 110 ? 14 : 12, "#4a4234", 600);
      });
    gridNames.forEach((name, i) => labels.put(name, ...at(gridAnchors, i), 13, "#4f6873", 600));
  }).addTo(map);
  function ground(ctx, view) {
    let screen = grids.screen(view);
    ctx.beginPath();
    grids.polygons.forEach((_, i) => grids.visible(i, view) && grids.trace(ctx, i, screen));
    ctx.fillStyle = "#fafbf9";
    ctx.fill("evenodd");
    ctx.lineJoin = ctx.lineCap = "round";
    ctx.strokeStyle = "#6b8490";
    ctx.lineWidth = 1.8;
    ctx.setLineDash([9, 6]);
    grids.lines(ctx, borders, screen, view);
    ctx.setLineDash([]);
    screen = houses.screen(view);
    ctx.beginPath();
    houses.polygons.forEach((_, i) => houses.visible(i, view) && houses.trace(ctx, i, screen));
    ctx.fillStyle = "#ebe4d6";
    ctx.fill("evenodd");
    ctx.strokeStyle = "#a5977b";
    ctx.lineWidth = 1.2;
    ctx.stroke();
  }
  function windows(ctx, view) {
    const m = metre * view.scale, long = Math.max(3.6, 1.7 * m), thick = Math.max(2.4, 0.8 * m), gap = Math.max(3.2, 1.2 * m);
    ctx.lineCap = "butt";
    for (const [color, wanted] of [[DONE, (i) => isDone(i) && done[i] < today], [LEFT, (i) => !isDone(i)], [FRESH, (i) => isDone(i) && done[i] === today]]) {
      ctx.beginPath();
      items.forEach((item, i) => {
        if (!wanted(i)) return;
        const out = gap * Math.max(0.5, floor[i] - 1.4);
        const x = view.x(item.x) + item.ox * out, y = view.y(item.y) + item.oy * out;
        ctx.moveTo(x - (item.ax * long) / 2, y - (item.ay * long) / 2);
        ctx.lineTo(x + (item.ax * long) / 2, y + (item.ay * long) / 2);
      });
      ctx.strokeStyle = color;
      ctx.lineWidth = color === FRESH ? thick * 1.6 : thick;
      ctx.stroke();
    }
  }
  map.on("click", (event) => {
    const x = gisgrid.worldX(event.latlng.lng), y = gisgrid.worldY(event.latlng.lat);
    const house = houses.polygons.findIndex((_, i) => houses.contains(i, x, y));
    if (house < 0) return;
    const own = done.map((_, i) => i).filter((i) => building[i] === house), gone = own.filter(isDone).length;
    const card = el("div", { class: "card" }, el("h3", {}, data.buildings.names[house]), rows([
      [two("层数", "floors"), floors[house] < 0 ? "—" : number(floors[house])],
      [two(words.item_zh, words.item_en), number(own.length)],
      [two(words.done_zh, words.done_en), number(gone)],
      [two("剩余", "left"), number(own.length - gone)]]));
    L.popup({ maxWidth: 300, minWidth: 220 }).setLatLng(event.latlng).setContent(card).openOn(map);
  });

  const slider = el("input", { type: "range", id: "day", min: "0", max: String(data.days - 1), step: "1", "aria-label": "日期 / day" });
  const play = el("button", { type: "button", id: "play", "aria-label": "播放 / play" }, "▶");
  const clock = el("output", { id: "date" }), strip = el("div", { class: "phases" });
  for (const phase of data.phases) {
    const part = el("span", {}, two(phase.name_zh, phase.name_en));
    part.style.flexGrow = phase.ends - phase.starts;
    part.style.flexBasis = "0";
    strip.append(part);
  }
  const stage = document.getElementById("stage");
  stage.classList.add("timed");
  stage.append(el("div", { class: "time" }, play, el("div", { class: "slide" }, strip, slider), clock));
  let timer = null;
  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "▶";
    play.setAttribute("aria-label", "播放 / play");
  }
  play.addEventListener("click", () => {
    if (timer) return stop();
    if (today === data.days - 1) seek(0);
    play.textContent = "❚❚";
    play.setAttribute("aria-label", "暂停 / pause");
    timer = setInterval(() => (today < data.days - 1 ? seek(today + 1) : stop()), Math.max(60, Math.min(250, 12000 / data.days)));
  });
  slider.addEventListener("input", () => {
    stop();
    seek(Number(slider.value));
  });

  const gone = el("output", { id: "done", class: "big" }), left = el("output", { id: "left" });
  const phaseName = el("output", { id: "phase" });
  function seek(day) {
    today = Math.max(0, Math.min(data.days - 1, day));
    slider.value = String(today);
    slider.setAttribute("aria-valuetext", date(today));
    clock.textContent = date(today);
    gone.replaceChildren(number(doneBy[today]), el("small", {}, " / " + number(total)));
    left.textContent = number(total - doneBy[today]);
    const now = data.phases.findIndex((phase) => phase.starts <= today && today < phase.ends);
    [...strip.children].forEach((part, i) => part.classList.toggle("now", i === now));
    phaseName.replaceChildren(now < 0 ? "—" : two(data.phases[now].name_zh, data.phases[now].name_en));
    cursor.setAttribute("d", `M${burnX(today)} 12V132`);
    spot.setAttribute("cx", burnX(today));
    spot.setAttribute("cy", burnY(total - doneBy[today]));
    canvas.redraw();
  }

  const svg = (tag, attributes, text) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const burnX = (day) => 34 + (262 * day) / Math.max(1, data.days - 1);
  const burnY = (count) => 132 - (116 * count) / Math.max(1, total);
  const cursor = svg("path", { stroke: FRESH, "stroke-width": 1.5, fill: "none" });
  const spot = svg("circle", { r: 4.5, fill: FRESH });
  function burn() {
    const chart = svg("svg", { class: "burn", viewBox: "0 0 300 156", role: "img", "aria-label": "剩余数量 / number left" });
    data.phases.forEach((phase, i) => {
      const from = burnX(Math.max(0, phase.starts)), to = burnX(Math.min(data.days - 1, phase.ends));
      chart.append(svg("rect", { x: from, y: 12, width: Math.max(0, to - from), height: 120, fill: i % 2 ? "#e9f1ef" : "#f5f7f6" }));
    });
    for (const count of [0, Math.round(total / 2), total]) {
      chart.append(svg("path", { d: `M34 ${burnY(count)}H296`, stroke: "#d8dfe2", fill: "none" }));
      chart.append(svg("text", { x: 29, y: burnY(count) + 4, "text-anchor": "end" }, number(count)));
    }
    let line = `M${burnX(0)} ${burnY(total - doneBy[0])}`;
    for (let d = 1; d < data.days; d++) line += `L${burnX(d).toFixed(1)} ${burnY(total - doneBy[d]).toFixed(1)}`;
    chart.append(svg("path", { d: line, stroke: LEFT, "stroke-width": 2.5, fill: "none", "stroke-linejoin": "round" }));
    chart.append(svg("text", { x: 34, y: 150 }, date(0)), svg("text", { x: 296, y: 150, "text-anchor": "end" }, date(data.days - 1)));
    chart.append(cursor, spot);
    chart.addEventListener("click", (event) => {
      const box = chart.getBoundingClientRect(), x = ((event.clientX - box.left) / box.width) * 300;
      stop();
      seek(Math.round(((x - 34) / 262) * (data.days - 1)));
    });
    return chart;
  }
  function tasks() {
    const body = el("tbody");
    const figure = (value, task, loose) => (value === null ? "—" : number(value) + (loose ? task.qualifier : "") + " " + task.unit_zh);
    for (const task of data.tasks)
      body.append(el("tr", {}, el("td", {}, task.name_zh, el("small", { lang: "en" }, task.name_en),
        el("small", {}, [task.source, task.as_of].filter(Boolean).join("，"))),
        el("td", { class: "n" }, figure(task.target, task, false)), el("td", { class: "n" }, figure(task.actual, task, true))));
    return el("table", { id: "tasks" }, el("thead", {}, el("tr", {}, el("th", {}, two("任务", "task")),
      el("th", {}, two("目标", "target")), el("th", {}, two("实际", "actual")))), body);
  }
  panel.append(
    section(`${words.done_zh}的${words.item_zh}`, `${words.item_en} ${words.done_en}`, gone,
      rows([[two("剩余", "left"), left], [two("阶段", "phase"), phaseName]])),
    section("剩余数量", "Burn-down", burn()),
    section("图例", "Legend",
      el("div", { class: "key" }, swatch(LEFT), two(`未处理的${words.item_zh}`, "not yet")),
      el("div", { class: "key" }, swatch(FRESH), two("当日处理", "on this day")),
      el("div", { class: "key" }, swatch(DONE), two(words.done_zh, words.done_en)),
      el("p", { class: "note" }, "楼层越高，离墙越远。", el("small", { lang: "en" }, "The higher the floor, the farther from the wall."))));
  if (data.tasks.length) panel.append(section("任务", "Tasks", tasks()));
  seek(data.days - 1);
  requestAnimationFrame(() => map.invalidateSize().fitBounds(data.bounds, { padding: [30, 30], animate: false }));
};
