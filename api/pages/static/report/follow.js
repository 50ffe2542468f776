// A resident sees how far a report has come, and whom it waits for. The code is the address.

import { ask } from "../ask.js";
import { el, initWords, say, two } from "../words.js";
import { ago, complain, dueChip, estimateWords, moment, span } from "../cases/words.js";

const byId = (id) => document.getElementById(id);
const path = `/v1/reports/${encodeURIComponent(decodeURIComponent(location.pathname.split("/").pop()))}`;
// The way a report goes when nothing comes between; what ends it otherwise stands at its end.
const LINE = [
  ["reported", "上报", "Reported"], ["accepted", "受理", "Accepted"], ["dispatched", "派遣", "Sent on"],
  ["in-progress", "处理", "At work"], ["feedback", "反馈", "Done"], ["verified", "核实", "Verified"], ["closed", "结案", "Closed"],
];
const MOST_PICTURES = 5;
const ENDS = ["refused", "not-responsible", "merged"];

initWords();
stars();
byId("rating").addEventListener("submit", (event) => answer(event, "rating", ({ rating, words }) => ({ rating: Number(rating.value), words: words.value.trim() })));
byId("reopen").addEventListener("submit", (event) => answer(event, "reopen", ({ reason }) => ({ reason: reason.value.trim() })));
byId("picture").addEventListener("submit", sendPicture);
load().finally(() => { document.body.dataset.ready = "true"; });

async function load() {
  try {
    show((await ask(path)).content);
  } catch (error) {
    byId("now-title").replaceChildren(error.status === 404 ? two("没有这件上报", "There is no such report") : two("读不出来", "It cannot be read"));
    byId("facts").replaceChildren(error.status === 404 ? two("请核对链接是否完整。", "Check that the link is complete.") : error.message);
  }
}

function show(one) {
  byId("now-title").replaceChildren(two(one.stage_zh, one.stage_en));
  byId("facts").replaceChildren(
    el("b", {}, two(one.category_zh, one.category_en)), ` · ${one.number} · `,
    two(`${moment(one.reported_at)} 上报`, `reported ${moment(one.reported_at)}`), " ",
    one.open ? dueChip(one.due_at, one.overdue) ?? "" : "", estimateWords(one, "span") ?? "");
  byId("line").replaceChildren(...lineOf(one));
  showBlocker(one);
  byId("rating").hidden = !one.actions.includes("rate");
  byId("reopen").hidden = !one.actions.includes("reopen");
  byId("answers").hidden = byId("rating").hidden && byId("reopen").hidden;
  if (one.rating) byId("rating").querySelector(`input[value="${one.rating}"]`).checked = true;
  byId("pictures").hidden = !one.open || one.pictures >= MOST_PICTURES;
  tellSent(one.pictures);
  byId("history").hidden = false;
  byId("steps").replaceChildren(...one.steps.map(stepItem).reverse());
}

function lineOf(one) {
  const ended = ENDS.includes(one.stage);
  const been = new Set(one.steps.map(({ stage }) => stage));
  const stops = ended ? [...LINE.filter(([code]) => been.has(code)), [one.stage, one.stage_zh, one.stage_en]] : LINE;
  const now = stops.findIndex(([code]) => code === one.stage);
  return stops.map(([code, zh, en], k) => {
    const state = k < now ? (been.has(code) ? "past" : "past skipped") : k === now ? `now${ended ? " ended" : ""}` : "";
    return el("li", { class: state, ...(k === now ? { "aria-current": "step" } : {}) }, two(zh, en));
  });
}

const names = (offices, which) => offices.map((one) => one[which] || one.code).join("、");

function showBlocker({ blocker, merged_into: merged, rating, open }) {
  const box = byId("blocker"), of = blocker || merged?.blocker;
  box.hidden = !of && !merged && !rating;
  box.className = of?.overdue ? "late" : "";
  const lines = [];
  if (merged) lines.push(el("p", {}, two(`已并入另一件同样的上报，那件现在：${merged.stage_zh}。`, `Part of another report of the same; that one is: ${merged.stage_en}.`)));
  if (of) lines.push(...blockerLines(of));
  if (!open && rating) lines.push(el("p", {}, two(`您的评价：${rating} 分`, `You rated it ${rating} of 5`)));
  box.replaceChildren(...lines);
}

function blockerLines(of) {
  const grid = of.waits_for === "grid";
  const [zh, en] = grid ? ["网格", "the grid"] : [names(of.departments, "name_zh"), names(of.departments, "name_en")];
  const [long, while_] = span(Date.now() - Date.parse(of.since));
  return [
    el("p", { class: "waits" }, two(`现在等：${zh} ${of.to_zh}`, `It waits for ${en}: ${of.to_en}`)),
    el("p", {}, two(`已等 ${long}`, `for ${while_}`), " ", dueChip(of.due_at, of.overdue) ?? ""),
  ];
}

function stepItem(one) {
  const who = one.office ? two(one.office.name_zh, one.office.name_en) : one.action === "report" ? two("您", "You") : two("网格", "The grid");
  const concerned = one.departments.length ? two(`：${names(one.departments, "name_zh")}`, `: ${names(one.departments, "name_en")}`) : null;
  return el("li", {},
    el("time", { datetime: one.at, title: one.at }, moment(one.at)),
    el("div", {},
      el("p", {}, el("b", {}, two(one.zh, one.en)), concerned, " ", el("small", {}, who, " · ", two(...ago(one.at)))),
      one.words ? el("p", { class: "quote" }, one.words) : null));
}

function stars() {
  const box = byId("rating").querySelector(".stars");
  for (let k = 1; k <= 5; k += 1) {
    box.append(el("label", {}, el("input", { type: "radio", name: "rating", value: String(k), required: true }),
      el("span", { "aria-hidden": "true" }, "★".repeat(k)), el("span", { class: "away" }, two(`${k} 分`, `${k} of 5`))));
  }
}

async function answer(event, what, bodyOf) {
  event.preventDefault();
  const form = event.target;
  try {
    const { content } = await ask(`${path}/${what}`, { method: "POST", body: bodyOf(form.elements) });
    form.reset();
    // Last: what it shows, the stars among it, is what the server keeps.
    show(content);
    say("收到，谢谢。", "Thank you.");
  } catch (error) {
    complain(error);
  }
}

async function sendPicture(event) {
  event.preventDefault();
  const form = event.target;
  try {
    const { content } = await ask(`${path}/pictures`, { method: "POST", form: new FormData(form) });
    form.reset();
    tellSent(content.pictures);
    byId("pictures").hidden = content.pictures >= content.most;
    say("照片收到了，谢谢。", "The picture has arrived. Thank you.");
  } catch (error) {
    complain(error);
  }
}

function tellSent(count) {
  byId("sent").replaceChildren(count ? two(`已发 ${count} 张。`, `${count} sent.`) : "");
}
