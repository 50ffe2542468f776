// Cases in words: categories, stages, steps, times; what they are called comes with the page.

import { complainer, el, two } from "../words.js";

export const data = JSON.parse(document.getElementById("data").textContent);

export const complain = complainer({
  403: ["没有这个权限：", "You may not do this:"],
  409: ["案件的状态不允许：", "The case does not allow it:"],
  412: ["别人先改了这个案件，已重新读取：", "Somebody else changed the case first; it was read again:"],
  413: ["文件太大：", "It is too large:"],
  422: ["填写有误：", "Something is amiss:"],
});

export const stageWords = (stage) => two(...(data.stages[stage] || [stage, stage]));
// Steps that are no steps of the table: the report itself.
export const stepWords = (action) => data.steps[action]?.words || ["上报", "Report"];
export const sourceWords = (source) => two(...(data.sources[source] || [source, source]));
export const departmentName = (code) => data.departments[code] || [code, code];

const MARKS = { fire: "火", security: "安", city: "城", dispute: "调", tip: "线", service: "帮" };
export const groupMark = (group) => el("b", { class: `mark ${group}`, "aria-hidden": "true" }, MARKS[group] || "·");

// Times are shown as the server wrote them, in its zone, wherever the page is opened.
export const day = (time) => time.slice(0, 10);
export const moment = (time) => `${time.slice(5, 10)} ${time.slice(11, 16)}`;

const HOUR = 3_600_000, DAY = 24 * HOUR;

// How long a span is, in Chinese and in English; rounded down, so that nothing seems longer.
export function span(milliseconds) {
  const all = Math.abs(milliseconds);
  const [size, zh, en] = all >= 2 * DAY ? [DAY, "天", "d"] : all >= HOUR ? [HOUR, "小时", "h"] : [60_000, "分钟", "min"];
  const count = Math.floor(all / size);
  return [`${count} ${zh}`, `${count} ${en}`];
}

// How long ago something was.
export function ago(time) {
  const [zh, en] = span(Date.now() - Date.parse(time));
  return [`${zh}前`, `${en} ago`];
}

// By when something is due, as a chip.
export function dueChip(due, late) {
  if (!due) return null;
  const left = Date.parse(due) - Date.now();
  const [zh, en] = span(left);
  if (late) return el("span", { class: "chip late", title: moment(due) }, two(`超期 ${zh}`, `${en} late`));
  const kind = left < DAY ? "chip soon" : "chip";
  return el("span", { class: kind, title: moment(due) }, two(`还剩 ${zh}`, `${en} left`));
}

// A clock that reaches into a year without holidays on record is an estimate, and says so.
export function estimateWords(one, tag = "p") {
  if (!one.open || !one.due_at || !one.beyond_calendar) return null;
  return el(tag, { class: "facts estimate" }, two("节假日安排未公布，时限按周末与固定假日估算", "holidays of that year are not yet published: the time due is an estimate by weekends and fixed holidays"));
}

// Where a case is, in the shortest words that find it.
export function placeWords(one) {
  const grid = one.grids.filter(({ level }) => level !== "police").at(-1);
  return [one.place, grid?.name || grid?.code].filter(Boolean).join(" · ");
}
