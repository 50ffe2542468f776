// The figures of a period, each with its definition; bars to compare, and a table beneath.

import { ask } from "../ask.js";
import { complainer, el, initWords, number, two } from "../words.js";

const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("data").textContent);
const complain = complainer({ 403: ["没有这个权限：", "You may not see this:"], 422: ["时段不对：", "The period is amiss:"] });
const form = byId("ask"), choice = byId("measure");
const LEVELS = new Set(["area", "unit", "micro", "police"]);
const MOST_BARS = 25;
// Before any record: what "all" begins with.
const FIRST = "2000-01-01";
let shown = null, turn = 0;

initWords();
for (const one of form.querySelectorAll("[data-days]")) {
  one.addEventListener("click", () => {
    choosePeriod(Number(one.dataset.days));
    load().catch(complain);
  });
}
form.addEventListener("change", () => load().catch(complain));
form.addEventListener("submit", (event) => event.preventDefault());
choice.addEventListener("change", drawBars);
begin().catch(complain).finally(() => { document.body.dataset.ready = "true"; });

function plus(day, days) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

// Days up to today, which is the district's; 0: all of them.
function choosePeriod(days) {
  form.elements.through.value = data.today;
  form.elements.from.value = days ? plus(data.today, 1 - days) : FIRST;
}

// It opens on the last 30 days; where nothing was put right or closed in them, on the last year; where
// nothing was in that either, on all days: whoever opens it sees figures, and reads of which days.
async function begin() {
  for (const days of [30, 365, 0]) {
    choosePeriod(days);
    await load();
    if (shown.total.fixed || shown.total.closed) return;
  }
  // A district where nothing was put right yet.
  choosePeriod(30);
  await load();
}

function asked() {
  const { from, through, by } = form.elements;
  const rows = LEVELS.has(by.value) ? { by: "grid", level: by.value } : { by: by.value };
  return new URLSearchParams({ from: from.value, to: plus(through.value, 1), ...rows });
}

async function load() {
  if (!form.reportValidity()) return;
  const mine = (turn += 1), query = asked();
  byId("csv").href = `/v1/measures?${query}&format=csv`;
  const { content } = await ask(`/v1/measures?${query}`);
  if (mine !== turn) return;
  shown = content;
  tellPeriod();
  drawTotals();
  listMeasures();
  drawBars();
  drawTable();
  byId("definitions").replaceChildren(...content.measures.flatMap((one) => [el("dt", {}, two(one.zh, one.en)), el("dd", {}, two(one.means_zh, one.means_en))]));
}

function tellPeriod() {
  const { from: { value: from }, through: { value: through } } = form.elements;
  for (const one of form.querySelectorAll("[data-days]")) {
    const days = Number(one.dataset.days), begins = days ? plus(data.today, 1 - days) : FIRST;
    one.setAttribute("aria-pressed", String(from === begins && through === data.today));
  }
  const all = from === FIRST;
  byId("period").replaceChildren(all ? two(`全部，至 ${through}（含）`, `all, through ${through}`) : two(`${from} 至 ${through}（含）`, `${from} through ${through}`));
}

// A figure as people read it; a dash where there is nothing to measure.
function figure(value, unit) {
  if (value === null || value === undefined) return "—";
  if (unit === "share") return `${(100 * value).toFixed(1)}%`;
  if (unit === "hours") return `${value.toFixed(1)} h`;
  return unit === "mark" ? value.toFixed(1) : number(value);
}

function drawTotals() {
  byId("total").replaceChildren(...shown.measures.map((one) => el("div", { class: "figure", title: one.means_zh },
    el("b", {}, figure(shown.total[one.code], one.unit)), el("span", {}, two(one.zh, one.en)))));
}

function listMeasures() {
  const before = choice.value || "found";
  choice.replaceChildren(...shown.measures.map((one) => el("option", { value: one.code }, `${one.zh} ${one.en}`)));
  choice.value = before;
}

const nameOf = (row) => row.name_zh || row.name_en || row.key || "—";

function drawBars() {
  const one = shown.measures.find(({ code }) => code === choice.value);
  byId("means").replaceChildren(two(one.means_zh, one.means_en));
  const rows = shown.rows.filter((row) => row[one.code] !== null).sort((a, b) => b[one.code] - a[one.code]);
  const most = Math.max(...rows.map((row) => row[one.code]), one.unit === "share" ? 1 : 0) || 1;
  byId("bars").replaceChildren(...rows.slice(0, MOST_BARS).map((row) => bar(row, row[one.code] / most, figure(row[one.code], one.unit))));
  if (!rows.length) byId("bars").append(el("p", { class: "none" }, two("这一时段没有。", "There is nothing in this period.")));
  if (rows.length > MOST_BARS) byId("bars").append(el("p", { class: "note" }, two(`前 ${MOST_BARS} 个，共 ${rows.length} 个；其余见下表。`, `The first ${MOST_BARS} of ${rows.length}; the table has them all.`)));
}

function bar(row, share, words) {
  const fill = el("i");
  fill.style.width = `${Math.max(100 * share, share > 0 ? 0.6 : 0)}%`;
  return el("div", { class: "bar" }, el("span", { class: "name" }, nameOf(row)), el("span", { class: "track" }, fill), el("b", {}, words));
}

function drawTable() {
  const head = el("tr", {}, el("th", { scope: "col" }, two("哪里", "which")), ...shown.measures.map((one) => el("th", { scope: "col", title: one.means_zh }, two(one.zh, one.en))));
  const line = (row, words, kind) => el("tr", { class: kind }, el("th", { scope: "row" }, words), ...shown.measures.map((one) => el("td", {}, figure(row[one.code], one.unit))));
  byId("table").replaceChildren(el("caption", { class: "away" }, two("各项指标", "The measures")), el("thead", {}, head),
    el("tbody", {}, line(shown.total, two("合计", "total"), "sum"), ...shown.rows.map((row) => line(row, nameOf(row), ""))));
}
