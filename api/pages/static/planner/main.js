// The page is put together here.
import { App } from "./app.js";
import { listen } from "./keys.js";
import { KINDS } from "./grids.js";
import { worldX, worldY } from "./layer.js";
import { showNumbers, showTabs, showUnits } from "./panel.js";
import { begin, plans } from "./plan.js";
import { publishDialog, prompt } from "./publish.js";
import { follow } from "./others.js";
import { button, complain, el, initWords, two } from "./words.js";
import { drawTowns } from "../ground.js";
import { SearchBox } from "../search/box.js";
import { PlaceMark } from "../search/mark.js";

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

initWords();
const map = L.map("map", {
  keyboard: false, attributionControl: Boolean(data.tiles), zoomSnap: 0.25, maxZoom: 20,
  zoomAnimation: false, fadeAnimation: false, inertia: false, doubleClickZoom: false,
}).fitBounds(data.country);
if (data.tiles) L.tileLayer(data.tiles.url, { maxZoom: 20, maxNativeZoom: 18 }).addTo(map);
if (data.tiles) map.attributionControl.addAttribution(el("i", {}, data.tiles.attribution).innerHTML);
L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(map.getContainer());

new SearchBox(byId("address-search"), { mark: new PlaceMark(map) });

const app = new App(map, data.range);
// For whoever looks at the page from the console.
window.planner = app;
listen(app, map.getContainer());
point(app, map);
makeToolbar(app);
makeLegend(app.range);
showUnits(app);
showNumbers(app);
showTabs(app);
follow(app);

const choice = byId("plan");
choice.addEventListener("change", () => open(Number(choice.value)).catch(complain));
byId("new-plan").addEventListener("click", async () => {
  const name = await prompt("新方案的名称", "Name of the new plan", `方案 ${new Date().toLocaleDateString("sv")}`);
  if (!name) return;
  try {
    const id = await begin(name);
    await listPlans();
    await open(id);
  } catch (error) {
    complain(error);
  }
});
byId("undo").addEventListener("click", () => app.undo());
byId("redo").addEventListener("click", () => app.redo());
byId("publish").addEventListener("click", () => publishDialog(app).catch(complain));
for (const event of ["plan", "sent", "changed", "settled", "numbers", "published"]) app.addEventListener(event, buttons);
app.addEventListener("unit", remember);
app.addEventListener("published", () => listPlans().catch(complain));
start().catch(complain).finally(() => { document.body.dataset.ready = "true"; });

async function start() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const drafts = await listPlans();
  const id = Number(asked.get("plan")) || drafts[0]?.id;
  if (!id) {
    byId("unit-facts").replaceChildren(el("p", {}, two("还没有方案：点“新方案”开始。", "There is no plan yet: begin with “New”.")));
    const towns = await drawTowns(map);
    app.addEventListener("plan", () => towns?.remove(), { once: true });
    return;
  }
  await open(id);
  if (asked.get("unit")) await app.openUnit(asked.get("unit"));
}

async function listPlans() {
  const drafts = (await plans()).filter((plan) => plan.kind === "drawn");
  choice.replaceChildren(...drafts.map((plan) => el("option", { value: String(plan.id) }, `${plan.id} · ${plan.name}`)));
  if (app.plan) choice.value = String(app.plan.id);
  return drafts;
}

async function open(id) {
  try {
    await app.openPlan(id);
  } finally {
    choice.value = String(app.plan?.id ?? "");
  }
  if (app.plan.id !== id) return;
  if (![...choice.options].some((option) => option.value === String(id)))
    choice.append(el("option", { value: String(id) }, `${id} · ${app.plan.detail.name}`));
  choice.value = String(id);
  const all = L.latLngBounds([]);
  for (const { box: [w, n, e, s] } of app.overview.units) {
    all.extend(map.unproject([w, n], 0));
    all.extend(map.unproject([e, s], 0));
  }
  if (all.isValid()) map.fitBounds(all, { padding: [16, 16], animate: false });
  remember();
}

function remember() {
  if (!app.plan) return;
  const state = new URLSearchParams({ plan: app.plan.id, ...(app.unit && { unit: app.unit.code }) });
  history.replaceState(null, "", `#${state}`);
}

function buttons() {
  const { detail, waiting } = app.plan, draft = detail.state === "draft";
  byId("undo").disabled = !draft || !(detail.done || waiting);
  byId("redo").disabled = !draft || !detail.undone || waiting > 0;
  byId("publish").disabled = !draft || !(detail.done || waiting);
}

// Mouse, pen and finger on the map, as the tool in hand wants to be told.
function point(app, map) {
  const container = map.getContainer();
  const place = (event) => {
    const at = map.mouseEventToContainerPoint(event), spot = map.containerPointToLatLng(at);
    return { px: at.x, py: at.y, x: worldX(spot.lng), y: worldY(spot.lat) };
  };
  const onMap = (event) => app.unit && event.button <= 0 && !event.target.closest(".leaflet-control");
  container.addEventListener("pointerdown", (event) => {
    if (!onMap(event) || !app.tool.down) return;
    container.setPointerCapture(event.pointerId);
    app.tool.down(place(event));
  });
  container.addEventListener("pointermove", (event) => { if (app.unit) app.tool.move?.(place(event)); });
  for (const name of ["pointerup", "pointercancel"])
    container.addEventListener(name, (event) => { if (app.unit) app.tool.up?.(place(event)); });
  map.on("click", ({ originalEvent }) => {
    if (!app.plan) return;
    if (app.unit) app.tool.click?.(place(originalEvent));
    else app.openAt(place(originalEvent));
  });
}

function makeToolbar(app) {
  const bar = byId("tools");
  const shown = app.tools.map((tool) => button(tool.zh, tool.en, () => app.use(tool.name), {
    "data-tool": tool.name, "aria-keyshortcuts": tool.key, title: tool.hint.join("\n"),
  }));
  shown.forEach((one, at) => one.append(el("kbd", { "aria-hidden": "true" }, app.tools[at].key.toUpperCase())));
  const block = button("整街坊", "Block", () => app.setByBlock(!app.byBlock), { "data-tool": "block", "aria-keyshortcuts": "g" });
  block.append(el("kbd", { "aria-hidden": "true" }, "G"));
  bar.replaceChildren(...shown, el("hr"), block);
  const press = () => {
    shown.forEach((one, at) => one.setAttribute("aria-pressed", String(app.tool === app.tools[at])));
    block.setAttribute("aria-pressed", String(app.byBlock));
    byId("hint").replaceChildren(...(app.unit ? [two(...app.tool.hint)] : [two("点地图或列表，打开一个单元", "Click the map or the list to open a unit")]));
    map.getContainer().classList.toggle("draws", app.tool.name !== "select");
  };
  app.addEventListener("tool", press);
  app.addEventListener("unit", press);
  press();
}

function makeLegend([least, most]) {
  const ranges = [`< ${least}`, `${least}–${most}`, `> ${most}`];
  byId("legend").replaceChildren(...KINDS.map((kind, at) => {
    const mark = el("b", {}, kind.mark);
    mark.style.color = kind.color;
    return el("span", {}, mark, two(kind.zh, kind.en), ` ${ranges[at]}`);
  }));
}
