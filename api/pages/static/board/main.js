// The board: open cases by stage, what is late in front; a tap opens a case.

import { ask } from "../ask.js";
import { button, el, initWords, two } from "../words.js";
import { complain, data, dueChip, groupMark, placeWords, stageWords } from "../cases/words.js";
import { Drawer } from "./drawer.js";
import { CaseMap } from "./map.js";

const byId = (id) => document.getElementById(id);
const STAGES = ["reported", "accepted", "dispatched", "in-progress", "feedback", "verified"];
const PAGE = 30;
const form = byId("filters"), board = byId("board");
const columns = new Map(STAGES.map((stage) => [stage, column(stage)]));
let map = null, turn = 0;

initWords();
board.append(...[...columns.values()].map(({ box }) => box));
const drawer = new Drawer(byId("drawer"), byId("dialog"), (number) => { location.hash = number ? `case=${encodeURIComponent(number)}` : ""; }, () => load().catch(complain));
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("change", () => load().catch(complain));
form.elements.q.addEventListener("search", () => load().catch(complain));
byId("show-map").addEventListener("click", toggleMap);
window.addEventListener("hashchange", follow);
load().then(follow).catch(complain).finally(() => { document.body.dataset.ready = "true"; });

function column(stage) {
  const count = el("span", { class: "count" }), list = el("ul");
  const more = button("再看一些", "More", () => null, { hidden: true });
  const box = el("section", { class: "column", "aria-labelledby": `stage-${stage}` }, el("h2", { id: `stage-${stage}` }, stageWords(stage), " ", count), list, more);
  return { box, list, count, more, cases: [] };
}

function asked() {
  const found = new URLSearchParams({ order: "due", limit: String(PAGE) });
  for (const name of ["grid", "department", "group", "q"]) {
    const value = form.elements[name].value.trim();
    if (value) found.set(name, value);
  }
  if (form.elements.overdue.checked) found.set("overdue", "true");
  return found;
}

// Every column is read by itself: each is sorted by what is due, so that what is late stands first.
async function load() {
  const mine = (turn += 1);
  await Promise.all(STAGES.map(async (stage) => {
    const { content } = await ask(`/v1/cases?${asked()}&stage=${stage}`);
    if (mine !== turn) return;
    const own = columns.get(stage);
    own.cases = [];
    own.list.replaceChildren();
    put(own, content);
  }));
  if (mine === turn) map?.show(all());
}

const all = () => [...columns.values()].flatMap(({ cases }) => cases);

function put(own, { cases, next }) {
  own.cases.push(...cases);
  own.list.append(...cases.map(card));
  if (!own.cases.length) own.list.append(el("li", { class: "none" }, "—"));
  const late = own.cases.filter(({ overdue }) => overdue).length;
  own.count.replaceChildren(`${own.cases.length}${next ? "+" : ""}`, late ? el("span", { class: "chip late" }, two(`超期 ${late}`, `${late} late`)) : "");
  own.more.hidden = !next;
  own.more.onclick = () => nextPage(own, next).catch(complain);
}

async function nextPage(own, path) {
  put(own, (await ask(path)).content);
  map?.show(all());
}

function card(one) {
  const lead = one.lead_department ? el("span", { class: "chip" }, data.departments[one.lead_department]?.[0] || one.lead_department) : null;
  const open = el("button", { type: "button", class: "case", onclick: () => { location.hash = `case=${encodeURIComponent(one.number)}`; } },
    el("span", { class: "title" }, groupMark(one.group), el("span", {}, two(one.category_zh, one.category_en))),
    el("span", { class: "where" }, placeWords(one)),
    el("span", { class: "chips" }, dueChip(one.due_at, one.overdue), one.escalated ? el("span", { class: "chip late" }, two("督办", "escalated")) : null,
      lead, one.confidential ? el("span", { class: "chip" }, two("保密", "confidential")) : null),
    el("span", { class: "away" }, one.number));
  return el("li", { class: one.overdue ? "late" : "" }, open);
}

function follow() {
  const number = new URLSearchParams(location.hash.slice(1)).get("case");
  if (number) drawer.open(number).catch((error) => { complain(error); location.hash = ""; });
  else drawer.close();
}

async function toggleMap() {
  const shown = byId("stage").hidden;
  byId("stage").hidden = !shown;
  byId("show-map").setAttribute("aria-pressed", String(shown));
  if (!shown) return;
  if (!map) {
    map = new CaseMap("map", data, (number) => { location.hash = `case=${encodeURIComponent(number)}`; });
    await map.begin().catch(complain);
  }
  map.show(all());
}
