// What was put up for residents: what is due first, and that somebody saw to it in one tap.

import { ask } from "../ask.js";
import { drawTowns, makeMap } from "../ground.js";
import { button, el, initWords, number, say, two } from "../words.js";
import { askFor } from "../cases/asking.js";
import { PlaceChoice } from "../cases/place.js";
import { attempt } from "../cases/steps.js";
import { complain, data } from "../cases/words.js";

const byId = (id) => document.getElementById(id);
const form = byId("filters"), list = byId("facilities"), more = byId("more"), dialog = byId("dialog"), places = byId("place-dialog");
const PAGE = 200;
const WHY = { expiry: ["到期", "expires"], upkeep: ["该维护", "upkeep due"] };
let place = null, turn = 0;

initWords();
// A link to one facility wants it shown, whether it is due or not.
if (chosen()) form.elements.due.checked = false;
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("change", () => load().catch(complain));
byId("add")?.addEventListener("click", choosePlace);
byId("locate").addEventListener("click", () => place.locate());
byId("stop").addEventListener("click", () => places.close());
byId("go").addEventListener("click", describe);
load().catch(complain).finally(() => { document.body.dataset.ready = "true"; });

function chosen() {
  return decodeURIComponent(location.hash.slice(1));
}

const nameOf = (one) => one.name || data.kinds[one.kind]?.join(" ") || one.kind;
const isLate = (one) => one.due_on !== null && one.due_on <= data.today;

async function load() {
  const mine = (turn += 1), query = new URLSearchParams({ limit: String(PAGE) });
  if (form.elements.kind.value) query.set("kind", form.elements.kind.value);
  if (form.elements.due.checked) query.set("due", "true");
  const { content } = await ask(`/v1/facilities?${query}`);
  if (mine !== turn) return;
  list.replaceChildren();
  put(content);
  if (chosen()) list.querySelector(".chosen")?.scrollIntoView({ block: "center" });
}

// Of a page, what is due first stands first; what has no day comes last.
function put({ facilities, next }) {
  const sorted = facilities.sort((one, other) => (one.due_on ?? "9999").localeCompare(other.due_on ?? "9999"));
  list.append(...sorted.map(card));
  if (!list.children.length) list.append(el("li", { class: "none" }, form.elements.due.checked ? two("没有到期的设施。", "Nothing is due.") : two("没有设施。", "There are no facilities.")));
  const count = list.querySelectorAll(".facility").length, late = list.querySelectorAll(".facility.late").length;
  const size = `${number(count)}${next ? "+" : ""}`;
  byId("sums").replaceChildren(two(`${size} 处，到期 ${number(late)} 处`, `${size} shown, ${number(late)} due`));
  more.hidden = !next;
  more.onclick = () => ask(next).then(({ content }) => put(content)).catch(complain);
}

function card(one) {
  const [zh, en] = data.kinds[one.kind] ?? [one.kind, one.kind];
  const due = one.due_on ? el("span", { class: isLate(one) ? "chip late" : "chip" }, two(`${one.due_on} ${WHY[one.due_for][0]}`, WHY[one.due_for][1])) : null;
  const facts = [
    one.grid, one.upkeep_every_days && `每 ${one.upkeep_every_days} 天维护 every ${one.upkeep_every_days} d`, one.kept_on && `上次 last ${one.kept_on}`,
  ].filter(Boolean).join(" · ");
  const kind = one.name ? [two(zh, en), " · "] : [];
  return el("li", { class: `facility${isLate(one) ? " late" : ""}${one.id === chosen() ? " chosen" : ""}`, "data-id": one.id },
    el("h2", {}, nameOf(one), " ", due), el("p", {}, ...kind, facts),
    data.works ? el("div", { class: "steps" }, button("看过了…", "Seen to…", () => upkeep(one)), button("停用…", "Retire…", () => retire(one))) : null);
}

const pathOf = (one, end) => `/v1/facilities/${encodeURIComponent(one.id)}/${end}`;

function upkeep(one) {
  askFor(dialog, ["看过了", "Seen to"], [
    ["done_on", ["哪天", "When"], { kind: "date", max: data.today, value: data.today, required: true }],
    ["expires_on", ["新的到期日（换新的话）", "New day of expiry, if it was replaced"], { kind: "date" }],
    ["note", ["备注", "Note"], {}],
  ], ({ done_on, expires_on, note }) => send(pathOf(one, "upkeep"), { done_on, expires_on: expires_on || null, note }), el("p", {}, nameOf(one)));
}

function retire(one) {
  askFor(dialog, ["停用", "Retire"], [], () => send(pathOf(one, "retire"), {}), el("p", {}, nameOf(one)),
    el("p", { class: "note" }, two("留在记录里，不再到期。", "It stays on record, and is due no more.")));
}

async function send(path, body) {
  await attempt(async () => {
    await ask(path, { method: "POST", body });
    say("记下了。", "It is on record.");
  }, load);
}

// The map is made when it is first seen: before, it has no size.
function choosePlace() {
  places.showModal();
  if (!place) {
    const map = makeMap("map", data);
    place = new PlaceChoice(map, (point) => { byId("go").disabled = !point; });
    drawTowns(map).catch(complain);
  }
  place.clear();
}

function describe() {
  const { point } = place;
  places.close();
  askFor(dialog, ["登记设施", "Add a facility"], [
    ["kind", ["种类", "Kind"], { kind: "select", options: Object.entries(data.kinds).map(([code, words]) => [code, words.join(" ")]) }],
    ["name", ["名称", "Name"], {}],
    ["installed_on", ["哪天建的", "Put up on"], { kind: "date", max: data.today }],
    ["expires_on", ["到期日", "Expires on"], { kind: "date" }],
    ["days", ["多少天维护一次", "Days between upkeep"], { kind: "number", min: "1", max: "36525" }],
  ], ({ kind, name, installed_on, expires_on, days }) => {
    const body = { ...point, kind, name, installed_on: installed_on || null, expires_on: expires_on || null, upkeep_every_days: days ? Number(days) : null };
    return send("/v1/facilities", body);
  });
}
