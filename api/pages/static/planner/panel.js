// The panel: units to open, the grids of the open one with their numbers, and the tabs below.
import { comparing } from "./compare.js";
import { faults } from "./faults.js";
import { kindOf } from "./grids.js";
import { proposals } from "./proposals.js";
import { preview } from "./publish.js";
import { button, complain, el, number, two } from "./words.js";

const byId = (id) => document.getElementById(id);
// Grid members of a micro-grid, by the rule of the field.
const MEMBERS = 3;
const MOST_LISTED = 60;

export function showUnits(app) {
  const list = byId("units"), find = byId("find"), facts = byId("unit-facts");
  const search = find.closest(".search");
  const fill = () => {
    const wanted = find.value.trim().toLowerCase();
    const found = app.overview.units.filter((unit) => `${unit.name} ${unit.code}`.toLowerCase().includes(wanted));
    list.replaceChildren(...found.slice(0, MOST_LISTED).map((unit) =>
      el("li", {}, el("button", { type: "button", onclick: () => app.openUnit(unit.code).catch(complain) },
        el("b", {}, unit.name || unit.code), el("small", {}, unit.code)))));
    if (found.length > MOST_LISTED) list.append(el("li", { class: "note" }, two(`还有 ${found.length - MOST_LISTED} 个，请查找`, `${found.length - MOST_LISTED} more: search`)));
  };
  const show = () => {
    const { unit } = app;
    list.hidden = search.hidden = Boolean(unit);
    if (!unit) return facts.replaceChildren();
    const back = button("返回全图", "All units", () => { app.close(); app.look().catch(complain); find.focus(); });
    const sums = el("div", { class: "facts" });
    facts.replaceChildren(
      el("div", { class: "head" }, el("h3", { class: "name" }, unit.name), el("span", { class: "code" }, unit.code), back), sums);
    const count = () => {
      const { households, hazards } = unit.total;
      sums.replaceChildren(...[
        [unit.grids.length, "微网格", "grids"], [number(households), "户", "households"],
        [unit.grids.length * MEMBERS, "网格员", "members"], [number(hazards), "隐患", "hazards"],
      ].map(([value, zh, en]) => el("span", {}, el("b", {}, String(value)), " ", two(zh, en))));
    };
    count();
    return undefined;
  };
  find.addEventListener("input", fill);
  app.addEventListener("overview", fill);
  app.addEventListener("unit", show);
}

export function showNumbers(app) {
  const section = byId("grids"), table = byId("table");
  let rows = [], seen = null;
  const build = () => {
    section.hidden = !app.unit;
    if (!app.unit) return;
    rows = app.unit.grids.map((grid, at) => row(app, grid, at));
    const head = [["目标网格", "Target", ""], ["户数", "Households", "n"], ["隐患", "Hazards", "n"], ["紧凑", "Compact", "n"], ["锁·并", "Lock", ""]];
    table.replaceChildren(el("table", {},
      el("thead", {}, el("tr", {}, ...head.map(([zh, en, kind]) => el("th", { scope: "col", class: kind }, two(zh, en))))),
      el("tbody", {}, ...rows.map(({ line }) => line))));
    fill();
  };
  // Only texts change while the brush moves.
  const fill = () => {
    if (!app.unit) return;
    rows.forEach((one) => one.fill());
    if (seen !== app.target) rows.find(({ line }) => line.dataset.code === app.target)?.show(table);
    seen = app.target;
  };
  app.addEventListener("unit", build);
  app.addEventListener("numbers", fill);
}

function row(app, grid, at) {
  const { unit } = app, { code } = grid;
  const pick = el("input", { type: "radio", name: "target", value: code, onchange: () => app.choose(code) });
  const lock = el("input", { type: "checkbox", onchange: () => app.lock(code, lock.checked), "aria-label": `锁定 lock ${unit.names[at]}` });
  const count = el("span", { class: "count" }), miss = el("span", { class: "was" });
  const apart = el("span", { class: "apart" });
  const hazards = el("td", { class: "n" }), shape = el("td", { class: "n" });
  const join = el("button", { type: "button", "aria-label": `把 ${unit.names[at]} 并入目标网格 merge into the target`, onclick: () => app.merge(code) }, "⊕");
  const line = el("tr", { "data-code": code },
    el("td", {}, el("label", {}, pick, el("span", {}, el("span", { class: "name" }, unit.short[at]), el("span", { class: "was" }, code.startsWith(unit.code) ? `…${code.slice(unit.code.length)}` : code, " ", apart)))),
    el("td", { class: "n" }, count, miss), hazards, shape,
    el("td", {}, el("label", {}, lock, join)));
  const fill = () => {
    const households = unit.households(at), kind = kindOf(households, app.range), pieces = unit.pieces(at);
    count.textContent = `${households} ${kind.mark}`;
    count.style.color = kind.color;
    miss.replaceChildren(two(kind.zh, kind.en));
    hazards.textContent = String(unit.hazards(at));
    shape.textContent = unit.compactness(at).toFixed(2);
    apart.replaceChildren(...(pieces > 1 ? [two(`分 ${pieces} 块`, `${pieces} pieces`)] : []));
    pick.checked = app.target === code;
    lock.checked = app.locked.has(code);
    join.disabled = app.target === code;
    line.classList.toggle("target", app.target === code);
  };
  // Scroll the list, and nothing else, until the line is in sight.
  const show = (list) => {
    const [frame, own] = [list, line].map((one) => one.getBoundingClientRect());
    const above = own.top - frame.top - list.querySelector("thead").offsetHeight;
    list.scrollTop += above < 0 ? above : Math.max(own.bottom - frame.bottom, 0);
  };
  return { line, fill, show };
}

export function showTabs(app) {
  const bar = byId("tabs"), body = byId("tab");
  const tabs = [faults(app), proposals(app), comparing(app), preview(app)];
  let [shown] = tabs;
  const buttons = tabs.map((tab, at) => button(tab.zh, tab.en, () => turn(tab), {
    role: "tab", id: `tab-${tab.name}`, "aria-controls": "tab",
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = (at + step + tabs.length) % tabs.length;
      turn(tabs[next]);
      buttons[next].focus();
    },
  }));
  const turn = (tab) => {
    if (tab !== shown) shown.leave?.();
    shown = tab;
    buttons.forEach((one, at) => {
      one.setAttribute("aria-selected", String(tabs[at] === tab));
      one.tabIndex = tabs[at] === tab ? 0 : -1;
    });
    body.setAttribute("aria-labelledby", `tab-${tab.name}`);
    tab.show(body);
  };
  bar.replaceChildren(...buttons);
  app.addEventListener("unit", () => {
    byId("more").hidden = !app.unit;
    if (app.unit) turn(shown);
    else shown.leave?.();
  });
  app.addEventListener("settled", () => { if (app.unit) shown.settled?.(body); });
}
