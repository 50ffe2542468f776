// Another plan, or what is in force, beside this one: under a slider, or on a map of its own.
import { ask } from "../ask.js";
import { plans } from "./plan.js";
import { drawOverview, drawShapes, toWorld } from "./grids.js";
import { CanvasLayer, lat, lon } from "./layer.js";
import { sums } from "./publish.js";
import { complain, el, two } from "./words.js";

const stage = (id) => document.getElementById(id);

export function comparing(app) {
  let shapes = [], mode = "slider", other = "", map = null, layer = null;
  const slider = stage("slider"), beside = stage("beside");
  const which = el("select", { onchange: () => read().catch(complain) });
  const how = el("select", { onchange: () => { mode = how.value; arrange(); app.fit(); } },
    el("option", { value: "slider" }, "滑块 slider"), el("option", { value: "beside" }, "并排 side by side"));
  const out = el("div");
  const form = el("div", { class: "form" }, el("label", {}, two("对照", "With"), which), el("label", {}, two("方式", "How"), how));

  async function fill() {
    const found = (await plans()).filter((plan) => plan.kind === "drawn" && plan.id !== app.plan.id);
    which.replaceChildren(el("option", { value: "" }, "—"), el("option", { value: "now" }, "现行边界 in force"),
      ...found.map((plan) => el("option", { value: String(plan.id) }, `${plan.id} · ${plan.name}`)));
    which.value = other;
    if (which.value !== other) other = which.value = "";
  }

  async function read() {
    other = which.value;
    shapes = [];
    if (!other) {
      out.replaceChildren();
      return arrange();
    }
    const { unit } = app, [w, n, e, s] = unit.box;
    const box = [lon(w), lat(s), lon(e), lat(n)].join();
    const path = other === "now" ? `/ogc/collections/micro-grids/items?limit=10000&bbox=${box}` : `/v1/plans/${other}/grids?level=micro&bbox=${box}`;
    const { content } = await ask(path);
    if (unit !== app.unit) return undefined;
    shapes = content.features.filter((one) => one.properties.parent === unit.code)
      .map(({ geometry, properties }) => ({ ...toWorld(geometry), name: properties.name || properties.code }));
    for (const one of shapes) one.households = householdsIn(unit.cells, one);
    arrange();
    out.replaceChildren(el("p", { class: "note" }, two("计算差别…", "Working out what differs…")));
    await app.plan.settled;
    const before = other === "now" ? "now" : `plan ${other}`;
    const differs = (await ask(`/v1/compare?before=${encodeURIComponent(before)}&after=${encodeURIComponent(`plan ${app.plan.id}`)}`)).content;
    out.replaceChildren(el("p", { class: "note" }, two("左边是对照，右边是本方案。差别：", "Left the other, right this plan. They differ by:")), sums(differs));
    return undefined;
  }

  function arrange() {
    const on = Boolean(other && app.unit);
    slider.hidden = !on || mode !== "slider";
    beside.hidden = !on || mode !== "beside";
    if (!beside.hidden) twin();
    app.redraw();
    layer?.redraw();
  }

  function twin() {
    if (!map) {
      map = L.map(beside, { keyboard: false, attributionControl: false, zoomControl: false, zoomSnap: 0.25, maxZoom: 20, zoomAnimation: false, fadeAnimation: false, inertia: false })
        .setView(app.map.getCenter(), app.map.getZoom());
      layer = new CanvasLayer((ctx, view) => {
        drawOverview(ctx, view, app.overview, { range: app.range, open: app.unit?.code });
        drawShapes(ctx, view, shapes, app.range);
      }).addTo(map);
      const follow = (from, to) => from.on("move", () => {
        if (!beside.hidden && (from.getZoom() !== to.getZoom() || !from.getCenter().equals(to.getCenter(), 1e-9)))
          to.setView(from.getCenter(), from.getZoom(), { animate: false });
      });
      follow(app.map, map);
      follow(map, app.map);
    }
    map.invalidateSize({ pan: false });
    app.map.invalidateSize({ pan: false });
    map.setView(app.map.getCenter(), app.map.getZoom(), { animate: false });
  }

  slider.addEventListener("input", () => app.redraw());
  app.addEventListener("drawn", ({ detail: { ctx, view } }) => {
    if (slider.hidden || !shapes.length) return;
    const edge = (view.size.x * slider.valueAsNumber) / 100;
    ctx.save();
    ctx.beginPath();
    ctx.rect(0, 0, edge, view.size.y);
    ctx.clip();
    drawShapes(ctx, view, shapes, app.range);
    ctx.restore();
    ctx.fillStyle = "#17252f";
    ctx.fillRect(edge - 1.5, 0, 3, view.size.y);
  });
  return {
    name: "compare", zh: "比较", en: "Compare",
    show(body) {
      body.replaceChildren(form, out);
      fill().then(read).catch(complain);
    },
    leave() {
      shapes = [];
      slider.hidden = beside.hidden = true;
      app.redraw();
    },
  };
}

// By the cells whose middles lie in a grid of another plan.
function householdsIn(cells, { rings }) {
  const inside = new Set();
  for (const ring of rings) for (const cell of cells.inRing(ring)) if (!inside.delete(cell)) inside.add(cell);
  return [...inside].reduce((sum, cell) => sum + cells.households[cell], 0);
}
