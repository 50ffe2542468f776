// The stops as a list: numbers, times, places, reasons, and a button for each visit.

import { el, two, button } from "../words.js";
import { complain, why } from "./words.js";
import { address, clock, colour, kilometres, officersOf, span } from "./plan.js";

export function showOfficers(box, plan, { visit, look }) {
  box.replaceChildren(...officersOf(plan).map((one) => officerCard(one, plan.asked.reach_m, visit, look)));
  if (!plan.stops.length) box.replaceChildren(el("p", {}, two("没有可排的站点。", "There is nowhere to stop.")));
}

function officerCard({ officer, own }, reach, visit, look) {
  const title = el("h3", {},
    badge("", officer), two(`第 ${officer} 组`, `Officer ${officer}`),
    el("small", {}, `${span(own)} · ${own.length} 站 stops · ${kilometres(own)} km`));
  const items = own.map((stop) => stopItem(stop, reach, visit, look));
  return el("section", { class: "officer" }, title, el("ol", {}, ...items));
}

function badge(text, officer) {
  const made = el("b", { class: "badge" }, text);
  made.style.background = colour(officer);
  return made;
}

function stopItem(stop, reach, visit, look) {
  const [zh, en] = why(stop, reach);
  const suggested = stop.patrol_point ? null : el("em", {}, two("建议点", "suggested"));
  const item = el("li", { "data-stop": String(stop.id) },
    el("button", { type: "button", class: "go", title: "在地图上看 show on the map", onclick: () => look(stop) },
      badge(String(stop.position), stop.officer), el("span", { class: "time" }, clock(stop.arrives)), el("small", {}, `${stop.minutes} 分 min`)),
    el("div", { class: "place" },
      el("p", { class: "name" }, suggested, suggested ? " " : null, stop.name || ""),
      el("p", { class: "address" }, address(stop)),
      el("p", { class: "why" }, two(zh, en))),
    done(stop, visit));
  return item;
}

function done(stop, visit) {
  const made = button("到访", "Visited", async () => {
    made.disabled = true;
    try {
      await visit(stop);
    } catch (error) {
      complain(error);
    }
    made.disabled = false;
    tell();
  }, { class: "done" });
  const tell = () => {
    made.setAttribute("aria-pressed", String(Boolean(stop.visited_at)));
    made.closest("li")?.classList.toggle("visited", Boolean(stop.visited_at));
  };
  made.append(el("span", { class: "away" }, ` ${stop.officer}-${stop.position}`));
  queueMicrotask(tell);
  return made;
}
