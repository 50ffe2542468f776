// The day of a grid member: what is due, what is near, one tap for each step.

import { ask } from "../ask.js";
import { el, initWords, say, two } from "../words.js";
import { DEGREE, east, metres, position } from "../cases/place.js";
import { complain, data, dueChip, estimateWords, groupMark, placeWords, stageWords } from "../cases/words.js";
import { forwardButtons, stepButton, stepsOf } from "../cases/steps.js";
import { initReport } from "./report.js";

const byId = (id) => document.getElementById(id);
const list = byId("cases"), more = byId("more"), dialog = byId("dialog");
let here = null;

initWords();
initReport(() => load().catch(complain));
byId("grid").addEventListener("change", () => load().catch(complain));
byId("order").addEventListener("change", () => load().catch(complain));
Promise.all([load(), showPatrol()]).catch(complain).finally(() => { document.body.dataset.ready = "true"; });

function asked() {
  const found = new URLSearchParams({ open: "true", order: byId("order").value === "newest" ? "newest" : "due", limit: "50" });
  if (byId("grid").value) found.set("grid", byId("grid").value);
  return found;
}

async function load() {
  if (byId("order").value === "near") await locate();
  const near = byId("order").value === "near";
  const query = asked();
  // Near ones are sorted here: all that are open within the reach are read.
  if (near) {
    query.set("bbox", around(here, 1500).join(","));
    query.set("limit", "500");
  }
  query.set("counted", "true");
  const [{ content }, { content: late }] = await Promise.all([
    ask(`/v1/cases?${query}`), ask(`/v1/cases?${new URLSearchParams({ ...Object.fromEntries(asked()), overdue: "true", counted: "true", limit: "1" })}`),
  ]);
  const cases = near ? content.cases.sort((one, other) => metres(here, one) - metres(here, other)) : content.cases;
  list.replaceChildren(...cases.map(card));
  if (!cases.length) list.append(el("li", { class: "none" }, two("没有要办的案件。", "No case waits.")));
  tellSums(content, late);
  follow(content.next);
}

function tellSums({ total: open }, { total: late }) {
  byId("sums").replaceChildren(two(`在办 ${open} 件，超期 ${late} 件`, `${open} open, ${late} overdue`));
  byId("sums").classList.toggle("late", late > 0);
}

function follow(next) {
  more.hidden = !next;
  more.onclick = () => nextPage(next).catch(complain);
}

async function nextPage(path) {
  const { content } = await ask(path);
  list.append(...content.cases.map(card));
  follow(content.next);
}

async function locate() {
  try {
    const { coords } = await position();
    here = { lon: coords.longitude, lat: coords.latitude };
  } catch {
    byId("order").value = "due";
    say("定位不了，按到期先后排。", "The device does not say where it is; sorted by what is due.", "bad");
  }
}

function around({ lon, lat }, reach) {
  const [dx, dy] = [reach / east(lat), reach / DEGREE];
  return [lon - dx, lat - dy, lon + dx, lat + dy];
}

function card(one) {
  const item = el("li", { class: one.overdue ? "case late" : "case", "data-number": one.number });
  fill(item, one);
  return item;
}

function fill(item, one) {
  const { forward, aside } = stepsOf(one);
  const done = (found) => changed(item, found, one.number);
  const far = here ? el("span", { class: "chip" }, `${Math.round(metres(here, one))} m`) : null;
  // What there is none of is left out, for a node takes nothing as a word.
  const parts = [
    el("div", { class: "head" }, groupMark(one.group),
      el("h2", {}, two(one.category_zh, one.category_en)), dueChip(one.due_at, one.overdue)),
    estimateWords(one) ?? "",
    el("p", { class: "where" }, placeWords(one)),
    one.description ? el("p", { class: "said" }, one.description) : "",
    el("p", { class: "facts" }, el("span", { class: "chip" }, stageWords(one.stage)), one.escalated ? el("span", { class: "chip late" }, two("督办", "escalated")) : null, far,
      el("a", { class: "number", href: `/cases/${encodeURIComponent(one.number)}` }, one.number)),
    el("div", { class: "steps" }, ...forwardButtons(one, forward, dialog, done)),
    aside.length ? el("details", {}, el("summary", {}, two("其他", "More")), el("div", { class: "steps" }, ...aside.map((action) => stepButton(one, action, dialog, done)))) : null,
  ];
  item.replaceChildren(...parts.filter(Boolean));
}

// What was done shows at once; a case that is over leaves the list.
async function changed(item, found, number) {
  const one = found ?? (await ask(`/v1/cases/${encodeURIComponent(number)}`)).content;
  if (one.open) fill(item, one);
  else item.remove();
}

async function showPatrol() {
  const link = byId("patrol");
  if (!link || !data.places) return;
  const { content } = await ask("/v1/patrols/plans?limit=5");
  const now = Date.now();
  const current = content.plans.find(({ ends }) => Date.parse(ends) > now);
  link.hidden = !current;
  if (current) link.href = `/patrols#plan=${current.id}`;
}
