// Answers about a place as elements. Text of users becomes text nodes only.

import { button, el, two } from "../words.js";
import { ADDRESS_STATUS, LEVELS, NOTES, POINT_STATUS, REASONS, percent } from "./words.js";

const line = (kind, zh, en) => el("p", { class: kind }, two(zh, en));

export function bad(zh, en, ...more) {
  return [el("p", { class: "verdict bad" }, two(zh, en), ...more.flatMap((one) => [el("br"), one]))];
}

function grid(one) {
  const head = el("div", { class: "head" },
    el("div", { class: "kind" }, two(...LEVELS[one.level])), el("div", { class: "code" }, one.code));
  return el("li", { class: one.level }, head, el("div", { class: "name" }, one.name || one.code));
}

// The grids of a point, and what is to be said of them.
function owners({ grids, police, missing, nested }) {
  const notes = missing.map((level) => line("note", `此处没有${LEVELS[level][0]}。`, `No ${LEVELS[level][1]} here.`));
  if (!nested) notes.push(line("note", "此处各级网格不相套。", "The levels do not nest here."));
  return [el("ol", {}, ...grids.map(grid), police ? grid(police) : null), ...notes];
}

export function pointAnswer(result) {
  const notice = result.notice ? el("p", { class: "note" }, result.notice) : null;
  return [line("verdict", ...POINT_STATUS[result.status]), ...owners(result), notice];
}

// One address that was found or chosen, with its grids.
export function placeAnswer(place, read) {
  const sure = el("p", { class: "sure" }, two("把握", "certainty"), ` ${percent(place.score)}`);
  const differs = new Set(place.notes.map((note) => NOTES[note]).filter(Boolean));
  const notes = [...differs].map((words) => line("note", ...words));
  if (read?.near) notes.push(line("note", `文字里说“${read.near}”：这里标的是该地址本身。`, `It says “${read.near}”: the mark is the address itself.`));
  if (place.status !== "inside") notes.push(line("note", ...POINT_STATUS[place.status]));
  return [el("p", { class: "place-name" }, place.address), sure, ...notes, ...owners(place)];
}

// What is known where no address is certain: a candidate can be chosen, the text sent in.
export function doubtfulAnswer(result, { choose, send }) {
  const reason = REASONS[result.reason];
  const parts = [
    el("p", { class: result.status === "ambiguous" ? "verdict" : "verdict bad" }, two(...ADDRESS_STATUS[result.status])),
    reason ? line("note", ...reason) : null,
  ];
  if (result.candidates.length) {
    const choices = result.candidates.map((place, k) =>
      el("li", {}, el("button", { type: "button", onclick: () => choose(place) },
        el("b", { class: "place-number" }, String(k + 1)), el("span", { class: "place-name" }, place.address), el("span", { class: "score" }, percent(place.score)))));
    parts.push(el("ul", { class: "choices", "aria-label": "可能的地址 / addresses that may be meant" }, ...choices));
  }
  if (result.reason !== "empty" && result.status !== "outside") parts.push(button("交人工判定", "Let a person decide", send, { class: "send" }));
  return parts;
}

export function sent() {
  const door = el("a", { href: "/addresses" }, two("地址页", "the page of addresses"));
  return [el("p", { class: "verdict" }, two("已交人工判定，见", "Sent in; see"), " ", door)];
}
