"use strict";
// A campaign day by day: buildings, the things dealt with, the count left, the evidence.
gisgrid.campaign = (map) => {
  const { el, two, number, section, rows, swatch, unpack } = gisgrid;
  const data = gisgrid.read(), panel = gisgrid.start(map, data);
  const LEFT = "#c2410c", DONE = "#5fb39b", FRESH = "#0b5563", SEEN = "#5f2bb8";
  // Of a building's items are done: none, some, half and more, all.
  const SHARES = [["#f1dccf", "0 %"], ["#f4ecd2", "< 50 %"], ["#dfead6", "≥ 50 %"], ["#bfe0d3", "100 %"]], BARE = "#ebe4d6";
  const quantum = data.buildings.coverage.quantum;
  const houses = new gisgrid.Coverage(data.buildings.coverage), grids = new gisgrid.Coverage(data.grids.coverage);
  const houseAnchors = gisgrid.unpackDeltas(data.buildings.anchors, 2), gridAnchors = gisgrid.unpackDeltas(data.grids.anchors, 2);
  const floors = unpack(data.buildings.floors), borders = grids.arcsOf(0, grids.polygons.length);
  const [taskOf, building, floor, done] = ["task", "building", "floor", "done"].map((key) => unpack(data.items[key]));
  const houseNames = gisgrid.shortened(data.buildings.names), gridNames = gisgrid.shortened(data.grids.names);
  const metre = gisgrid.perMetre((data.bounds[0][0] + data.bounds[1][0]) / 2);
  const date = (n) => new Date((data.first_day + n) * 864e5).toISOString().slice(0, 10);
  const cards = gisgrid.campaignCards(data, date), kinds = [...new Set(taskOf)].sort((a, b) => a - b);
  const world = (flat) => Array.from({ length: flat.length / 2 }, (_, i) => ({ x: gisgrid.worldX(flat[2 * i] * quantum), y: gisgrid.worldY(flat[2 * i + 1] * quantum) }));
  const items = world(gisgrid.unpackDeltas(data.items.places, 2)).map((at, i) => ({ ...at, ...wall(building[i], at.x, at.y) }));
  const seen = world(gisgrid.unpackDeltas(data.evidence.places, 2)).map((at, i) => ({ ...at, ...data.evidence.rows[i] }));
  // The direction of the wall that an item sits on, and the way out of the house.
  function wall(house, x, y) {
    if (house < 0) return {};
    let best = { far: Infinity, ax: 1, ay: 0 };
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
    if (houses.contains(house, x + ox * metre, y + oy * metre)) [ox, oy] = [-ox, -oy];
    return { ax: best.ax, ay: best.ay, ox, oy };
  }

  // The day that is shown, and the task whose items are; -1 for those of all.
  let today = data.known, shown = kinds.length === 1 ? kinds[0] : -1, doneBy, total;
  const isShown = (i) => shown < 0 || taskOf[i] === shown;
  const isDone = (i) => done[i] >= 0 && done[i] <= today;
  function count(of) {
    const by = new Array(data.days).fill(0);
    let all = 0;
    done.forEach((day, i) => {
      if (!of(i)) return;
      all++;
      if (day >= 0) by[day]++;
    });
    for (let d = 1; d < data.days; d++) by[d] += by[d - 1];
    return [by, all];
  }
  const ofTask = new Map(kinds.map((kind) => [kind, count((i) => taskOf[i] === kind)]));

  const canvas = new gisgrid.Canvas((ctx, view) => {
    ground(ctx, view);
    marks(ctx, view);
    looks(ctx, view);
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
    ctx.strokeStyle = "#a5977b";
    ctx.lineWidth = 1.2;
    const colors = shares();
    houses.polygons.forEach((_, i) => {
      if (!houses.visible(i, view)) return;
      ctx.beginPath();
      houses.trace(ctx, i, screen);
      ctx.fillStyle = colors[i];
      ctx.fill("evenodd");
      ctx.stroke();
    });
  }
  function shares() {
    const all = new Array(houses.polygons.length).fill(0), gone = all.slice();
    building.forEach((house, i) => {
      if (house < 0 || !isShown(i)) return;
      all[house]++;
      if (isDone(i)) gone[house]++;
    });
    return all.map((n, i) => (n ? SHARES[gone[i] === n ? 3 : gone[i] === 0 ? 0 : gone[i] * 2 < n ? 1 : 2][0] : BARE));
  }
  function marks(ctx, view) {
    const m = metre * view.scale, long = Math.max(3.6, 1.7 * m), thick = Math.max(2.4, 0.8 * m), gap = Math.max(3.2, 1.2 * m);
    ctx.lineCap = "butt";
    for (const [color, wanted] of [[DONE, (i) => isDone(i) && done[i] < today], [LEFT, (i) => !isDone(i)], [FRESH, (i) => isDone(i) && done[i] === today]]) {
      const dots = new Path2D();
      ctx.beginPath();
      items.forEach((item, i) => {
        if (!isShown(i) || !wanted(i)) return;
        if (item.ax === undefined) {
          const x = view.x(item.x), y = view.y(item.y);
          dots.moveTo(x, y);
          return dots.arc(x, y, thick * 1.6, 0, 7);
        }
        const out = gap * Math.max(0.5, floor[i] - 1.4);
        const x = view.x(item.x) + item.ox * out, y = view.y(item.y) + item.oy * out;
        ctx.moveTo(x - (item.ax * long) / 2, y - (item.ay * long) / 2);
        ctx.lineTo(x + (item.ax * long) / 2, y + (item.ay * long) / 2);
      });
      ctx.strokeStyle = ctx.fillStyle = color;
      ctx.lineWidth = color === FRESH ? thick * 1.6 : thick;
      ctx.stroke();
      ctx.fill(dots);
    }
  }
  // Evidence that no building and no item of its own leads to.
  function isLoose(one) {
    return one.house < 0 && one.item < 0 && one.day <= today;
  }
  function looks(ctx, view) {
    ctx.beginPath();
    for (const one of seen)
      if (isLoose(one)) {
        const x = view.x(one.x), y = view.y(one.y);
        ctx.moveTo(x, y - 8);
        for (const [dx, dy] of [[8, 0], [0, 8], [-8, 0]]) ctx.lineTo(x + dx, y + dy);
        ctx.closePath();
      }
    ctx.fillStyle = SEEN;
    ctx.strokeStyle = "#fff";
    ctx.lineWidth = 2;
    ctx.fill();
    ctx.stroke();
  }
  map.on("click", (event) => {
    const x = gisgrid.worldX(event.latlng.lng), y = gisgrid.worldY(event.latlng.lat);
    const card = atPlace(x, y) || atHouse(houses.polygons.findIndex((_, i) => houses.contains(i, x, y)));
    if (card) L.popup({ maxWidth: 320, minWidth: 220, maxHeight: 320 }).setLatLng(event.latlng).setContent(card).openOn(map);
  });
  function nearest(places, x, y, wanted) {
    let far = 14 / Math.pow(2, map.getZoom()), found = -1;
    places.forEach((one, i) => {
      const here = Math.hypot(one.x - x, one.y - y);
      if (wanted(one, i) && here < far) [far, found] = [here, i];
    });
    return found;
  }
  const until = (wanted) => seen.filter((one) => one.day <= today && wanted(one)).sort((a, b) => a.day - b.day);
  function atPlace(x, y) {
    const loose = nearest(seen, x, y, isLoose);
    if (loose >= 0) return cards.place(until((one) => isLoose(one) && one.x === seen[loose].x && one.y === seen[loose].y));
    const i = nearest(items, x, y, (item, k) => item.ax === undefined && isShown(k));
    if (i < 0) return null;
    return cards.item(data.items.ids[i], data.items.names[i] || "", data.tasks[taskOf[i]], isDone(i) ? done[i] : -1, until((one) => one.item === i));
  }
  function atHouse(house) {
    if (house < 0) return null;
    const own = kinds.map((kind) => {
      const here = items.map((_, i) => i).filter((i) => building[i] === house && taskOf[i] === kind);
      return [data.tasks[kind], here.length, here.filter(isDone).length];
    });
    return cards.building(house, floors[house], own.filter(([, count]) => count), until((one) => one.house === house));
  }

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
    if (today === data.known) seek(0);
    play.textContent = "❚❚";
    play.setAttribute("aria-label", "暂停 / pause");
    timer = setInterval(() => (today < data.known ? seek(today + 1) : stop()), Math.max(60, Math.min(250, 12000 / data.days)));
  });
  slider.addEventListener("input", () => {
    stop();
    seek(Number(slider.value));
  });

  const gone = el("output", { id: "done", class: "big" }), left = el("output", { id: "left" }), plan = el("output", { id: "plan" });
  const phaseName = el("output", { id: "phase" });
  const planned = unpack(data.planned), chart = new gisgrid.BurnChart({ ...data, planned, date, pick: (day) => {
    stop();
    seek(day);
  } });
  function seek(day) {
    today = Math.max(0, Math.min(data.known, day));
    slider.value = String(today);
    slider.setAttribute("aria-valuetext", date(today));
    clock.textContent = date(today);
    gone.replaceChildren(number(doneBy[today]), el("small", {}, " / " + number(total)));
    left.textContent = number(total - doneBy[today]);
    plan.textContent = planned.length ? number(Math.round((total * planned[today]) / 10000)) : "—";
    const now = data.phases.findIndex((phase) => phase.starts <= today && today < phase.ends);
    [...strip.children].forEach((part, i) => part.classList.toggle("now", i === now));
    phaseName.replaceChildren(now < 0 ? "—" : two(data.phases[now].name_zh, data.phases[now].name_en));
    for (const [kind, cell] of counted) cell.textContent = `${number(ofTask.get(kind)[0][today])} ${data.tasks[kind].unit_zh}`;
    chart.point(today);
    canvas.redraw();
  }

  const counted = [];
  function tasks() {
    const body = el("tbody"), source = (task) => [task.source, task.as_of].filter(Boolean).join("，");
    const same = new Set(data.tasks.map(source)).size === 1;
    data.tasks.forEach((task, kind) => {
      const actual = el("td", { class: "n" }, task.actual ?? "—");
      if (task.actual === null && ofTask.has(kind)) counted.push([kind, actual]);
      body.append(el("tr", {}, el("td", {}, task.name_zh, el("small", { lang: "en" }, task.name_en),
        same ? null : el("small", {}, source(task))),
        el("td", { class: "n" }, task.target ?? "—"), actual));
    });
    const table = el("table", { id: "tasks" }, el("thead", {}, el("tr", {}, el("th", {}, two("任务", "task")),
      el("th", {}, two("目标", "target")), el("th", {}, two("实际", "actual")))), body);
    return [table, same && source(data.tasks[0]) ? el("p", { class: "note", id: "source" }, two("来源", "source"), ` ${source(data.tasks[0])}`) : null];
  }
  function choices() {
    const choose = (kind, ...label) => {
      const radio = el("input", { type: "radio", name: "task", value: String(kind), checked: kind === shown });
      radio.addEventListener("change", () => show(kind));
      return el("label", { class: "choice" }, radio, two(...label), el("b", {}, number(kind < 0 ? items.length : ofTask.get(kind)[1])));
    };
    return section("显示", "Shown", choose(-1, "全部", "all"), ...kinds.map((kind) => choose(kind, data.tasks[kind].item_zh, data.tasks[kind].item_en)));
  }
  const what = el("h2");
  function show(kind) {
    shown = kind;
    const words = shown < 0 ? { item_zh: "整治对象", item_en: "items", done_zh: "已完成", done_en: "done" } : data.tasks[shown];
    [doneBy, total] = shown < 0 ? count(() => true) : ofTask.get(shown);
    what.replaceChildren(two(`${words.done_zh} · ${words.item_zh}`, `${words.item_en} ${words.done_en}`));
    chart.draw(doneBy, total);
    seek(today);
  }
  const key = (sign, ...label) => el("div", { class: "key" }, sign, two(...label));
  panel.append(el("section", {}, what, gone, rows([[two("剩余", "left"), left], [two("计划剩余", "planned to be left"), plan], [two("阶段", "phase"), phaseName]])));
  if (kinds.length > 1) panel.append(choices());
  panel.append(section("剩余数量", "Burn-down", chart.node, key(swatch(LEFT, "line solid"), "实际", "actual"), planned.length ? key(swatch("#51626b", "line"), "计划", "planned") : null));
  if (data.tasks.length) panel.append(section("任务", "Tasks", ...tasks()));
  panel.append(section("图例", "Legend",
    key(swatch(LEFT), "未完成", "not yet"), key(swatch(FRESH), "当日完成", "on this day"), key(swatch(DONE), "已完成", "done"),
    ...(houses.polygons.length ? [
      el("p", { class: "note" }, "建筑按完成比例着色", el("small", { lang: "en" }, " buildings by share done")),
      ...SHARES.map(([color, label]) => el("div", { class: "key" }, swatch(color), label)),
      el("p", { class: "note" }, "楼层越高，离墙越远。", el("small", { lang: "en" }, "The higher the floor, the farther from the wall."))] : []),
    seen.some((one) => one.house < 0 && one.item < 0) ? key(swatch(SEEN, "dot"), "现场记录", "evidence") : null));
  show(shown);
  requestAnimationFrame(() => map.invalidateSize().fitBounds(data.bounds, { padding: [30, 30], animate: false }));
};
