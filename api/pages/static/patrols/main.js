// The patrol page: one click, or the address, makes a plan; a tap records a visit.

import { el, two, say, initWords } from "../words.js";
import { ask } from "../ask.js";
import { complain } from "./words.js";
import { PatrolMap } from "./map.js";
import { showOfficers } from "./list.js";
import { makeSheets } from "./sheets.js";
import { head, moment } from "./plan.js";
import { SearchBox } from "../search/box.js";
import { PlaceMark } from "../search/mark.js";

const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);
const form = byId("ask"), past = byId("past"), gaps = byId("gaps");
const map = new PatrolMap("map", data);
// Micro-grids that an address asks for.
let asked = [];
let plan = null;

initWords();
new SearchBox(byId("address-search"), { mark: new PlaceMark(map.map) });
form.addEventListener("submit", (event) => {
  event.preventDefault();
  make().catch(complain);
});
past.addEventListener("change", () => { location.hash = `plan=${past.value}`; });
window.addEventListener("hashchange", () => follow().catch(complain));
byId("print").addEventListener("click", () => window.print());
gaps.addEventListener("change", () => showGaps().catch(complain));
follow().catch(complain).finally(() => { document.body.dataset.ready = "true"; });

async function follow() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  await listPast();
  const id = Number(wanted.get("plan"));
  if (id) {
    if (plan?.plan.id !== id) await open(id);
    return;
  }
  if (!plan) await showDistrict();
  fillIn(wanted);
  if (asked.length || wanted.has("category")) await make();
}

async function showDistrict() {
  const { content } = await ask("/v1/outlines?level=area");
  if (!plan) map.district(content);
}

// Fill the form from an address.
function fillIn(wanted) {
  asked = (wanted.get("grids") || "").split(",").filter(Boolean);
  for (const name of ["category", "within", "date", "shift"]) {
    const field = form.elements[name], value = wanted.get(name);
    if (value && (field.tagName !== "SELECT" || [...field.options].some((one) => one.value === value))) field.value = value;
  }
  const first = byId("first");
  first.hidden = asked.length === 0;
  tellAsked(asked);
  // The plan itself complains of a code that is none.
  nameAsked().catch(() => null);
}

function tellAsked(names) {
  byId("first").replaceChildren(two(`必去：${names.join("、")}`, `To be visited: ${names.join(", ")}`));
}

// Officers know grids by their names.
async function nameAsked() {
  const wanted = asked;
  const found = await Promise.all(wanted.map((code) => ask(`/v1/grids/${encodeURIComponent(code)}`)));
  if (asked === wanted) tellAsked(found.map(({ content }) => content.name || content.code));
}

async function make() {
  const { shift, officers, hours, category, within, date, by, found_by: foundBy, every } = form.elements;
  const body = {
    shift: shift.value,
    officers: Number(officers.value),
    officer_hours: Number(officers.value) * Number(hours.value),
    categories: category.value ? [category.value] : [],
    grids: asked,
    within: within.value || null,
    date: date.value || null,
    by: by.value,
    found_by: foundBy.value,
    every: Number(every.value),
  };
  const wait = byId("tonight");
  wait.disabled = true;
  say("正在排巡逻，几秒钟…", "Planning, a few seconds …");
  try {
    const { content } = await ask("/v1/patrols/plans", { method: "POST", body });
    // An address that plans would plan again when it is opened again.
    history.replaceState(null, "", `#plan=${content.plan.id}`);
    await listPast();
    await show(content);
    // Where the list lies below the form, it would not be seen.
    if (window.matchMedia("(max-width: 900px)").matches) byId("plan").scrollIntoView();
    say(`已排好 ${content.stops.length} 站`, `${content.stops.length} stops planned`);
  } finally {
    wait.disabled = false;
  }
}

async function listPast() {
  const { content } = await ask("/v1/patrols/plans?limit=30");
  const none = el("option", { value: "" }, "—");
  past.replaceChildren(none, ...content.plans.map((one) => el("option", { value: String(one.id) }, `${one.id} · ${moment(one.starts)} · ${one.visited}/${one.stops}`)));
  past.value = String(plan?.plan.id ?? "");
}

async function open(id) {
  await show((await ask(`/v1/patrols/plans/${id}`)).content);
}

async function show(found) {
  plan = found;
  past.value = String(plan.plan.id);
  byId("plan").hidden = false;
  byId("plan-title").replaceChildren(...head(plan));
  tellFacts();
  showOfficers(byId("officers"), plan, { visit, look: (stop) => map.look(stop) });
  map.show(plan);
  const ground = (await ask(`/v1/patrols/plans/${plan.plan.id}/ground`)).content;
  if (plan !== found) return;
  map.beneath(ground);
  makeSheets(byId("sheets"), plan, ground);
  if (gaps.checked) await showGaps();
}

function tellFacts() {
  const visited = plan.stops.filter((stop) => stop.visited_at).length;
  byId("facts").replaceChildren(two(
    `${plan.stops.length} 站，已到访 ${visited}；${basis(plan)[0]}`,
    `${plan.stops.length} stops, ${visited} visited; ${basis(plan)[1]}`,
  ));
  const told = byId("told");
  told.hidden = plan.left_out.length === 0;
  told.replaceChildren(two(`时间不够，未排入：${plan.left_out.join("、")}`, `No time for: ${plan.left_out.join(", ")}`));
}

function basis({ hazards_until: until, expected, covered }) {
  if (!until) return ["没有带时间的隐患，按户数安排", "planned by households: no hazard has a time"];
  const share = expected ? Math.round((100 * covered) / expected) : 0;
  const day = until.slice(0, 10);
  return [`数据截至 ${day}，覆盖本班预计隐患的 ${share}%`, `data until ${day}; covers ${share}% of what is expected in the shift`];
}

// A tap says that a stop was visited, another that it was not.
async function visit(stop) {
  const done = !stop.visited_at;
  const body = { stop: stop.id, done };
  const { content } = await ask(`/v1/patrols/plans/${plan.plan.id}/visits`, { method: "POST", body });
  stop.visited_at = done ? content.visited_at : null;
  tellFacts();
  map.mark(stop);
  await listPast();
}

async function showGaps() {
  byId("near").hidden = !gaps.checked;
  if (!gaps.checked) return map.gaps(null);
  const around = plan ? `&around=${plan.plan.id}` : "";
  const [{ content: layer }, { content: near }] = await Promise.all([
    ask(`/v1/patrols/gaps?within_m=100&limit=2000${around}`),
    ask("/v1/patrols/coverage?level=area&within_m=100"),
  ]);
  map.gaps(layer);
  const share = near.all.share === null ? "—" : `${Math.round(100 * near.all.share)}%`;
  byId("near").replaceChildren(two(
    `全区 ${share} 的户在巡逻点 100 米之内；图上紫色是本班附近够不着的住户`,
    `${share} of all households are within 100 m of a patrol point; purple: those near this shift that are not`,
  ));
  return undefined;
}
