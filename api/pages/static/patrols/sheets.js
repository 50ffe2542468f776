// Sheets to print: one for each officer, with a map of its own and big numbers.

import { el, two } from "../words.js";
import { clock, colour, day, head, address, officersOf, span, kilometres } from "./plan.js";
import { drawMap } from "./drawing.js";
import { why } from "./words.js";

export function makeSheets(box, plan, ground) {
  box.replaceChildren(...officersOf(plan).map((one) => sheet(one, plan, ground)));
}

function sheet({ officer, own }, plan, ground) {
  const until = plan.hazards_until ? `数据截至 data until ${day(plan.hazards_until)}` : "按户数安排 planned by households";
  const top = el("div", { class: "top" },
    el("p", { class: "who" }, two(`第 ${officer} 组`, `Officer ${officer}`)),
    el("div", {},
      el("p", { class: "title" }, ...head(plan)),
      el("p", { class: "sub" }, `${span(own)} · ${own.length} 站 stops · ${kilometres(own)} km · 单号 plan ${plan.plan.id} · ${until}`)),
    plan.notice ? el("p", { class: "notice" }, plan.notice) : null);
  return el("section", { class: "sheet" }, top, drawMap(own, ground, colour(officer)), table(own, plan.asked.reach_m));
}

function table(own, reach) {
  const titles = [["站", "stop"], ["到达", "arrive"], ["停留", "stay"], ["地点", "place"], ["原因", "why"], ["到访", "done"]];
  const cells = titles.map(([zh, en]) => el("th", { scope: "col" }, two(zh, en)));
  return el("table", {}, el("thead", {}, el("tr", {}, ...cells)), el("tbody", {}, ...own.map((stop) => row(stop, reach))));
}

function row(stop, reach) {
  const reason = why(stop, reach);
  return el("tr", {},
    el("td", { class: "n" }, String(stop.position)),
    el("td", { class: "time" }, clock(stop.arrives)),
    el("td", {}, `${stop.minutes} 分`),
    el("td", {}, el("b", {}, stop.name || "建议点 suggested"), el("span", { class: "line" }, address(stop))),
    el("td", { class: "reason" }, two(...reason)),
    el("td", { class: "box" }, stop.visited_at ? "☑" : "☐"));
}
