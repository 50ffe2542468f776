// Deliberation: one matter, one meeting. What was said stays; who voted what is never on record.

import { ask } from "../ask.js";
import { button, el, number, two } from "../words.js";
import { askFor } from "../cases/asking.js";
import { path, section } from "../cases/file.js";
import { attempt } from "../cases/steps.js";
import { data, departmentName, moment } from "../cases/words.js";

const STATES = { open: ["待开会", "to be held"], held: ["已开会", "held"], closed: ["已有结果", "closed"] };
const KINDS = { ruling: ["依法认定", "ruling"], "funding-advice": ["经费建议", "advice on funding"], opinion: ["意见", "opinion"] };
const chip = (words) => el("span", { class: "chip" }, two(...words));
const lines = (text) => text.split("\n").map((one) => one.trim()).filter(Boolean);
const offices = () => Object.keys(data.departments).map((code) => [code, departmentName(code).join(" ")]);

// The section of a case; changed() is awaited after each step. Without any, for those who convene.
export async function deliberations(one, dialog, changed) {
  const { content } = await ask(`${path(one.number)}/deliberations`);
  const found = content.deliberations, convenes = data.whistles && one.open && found.every(({ state }) => state === "closed");
  if (!found.length && !convenes) return null;
  const send = (end, body) => attempt(() => ask(`${path(one.number)}/deliberations${end}`, { method: "POST", body }), () => changed());
  return section("一事一议", "Deliberation",
    ...found.map((matter) => matterItem(matter, dialog, (end, body) => send(`/${matter.id}/${end}`, body))),
    convenes ? button("召集议事…", "Convene…", () => convene(dialog, (body) => send("", body))) : null);
}

function matterItem(matter, dialog, send) {
  const convener = matter.convener_department ? departmentName(matter.convener_department).join(" ") : "";
  const comers = matter.attendees.map(({ department, role }) => [department && departmentName(department).join(" "), role].filter(Boolean).join(" "));
  return el("div", { class: "matter" },
    el("h4", {}, matter.subject, " ", chip(STATES[matter.state])),
    el("p", { class: "note" }, two(`${moment(matter.made_at)} 召集`, `convened ${moment(matter.made_at)}`), ` ${[convener, matter.place].filter(Boolean).join(" · ")}`,
      ...(matter.held_at ? [" · ", two(`${moment(matter.held_at)} 开会`, `held ${moment(matter.held_at)}`)] : [])),
    el("p", {}, two("到会", "Who comes"), `：${comers.join("、")}`),
    el("ul", { class: "entries" }, ...matter.entries.map(entryItem)),
    matter.poll ? pollPart(matter.poll) : null,
    matter.outcome ? el("p", { class: "outcome" }, el("b", {}, two("结果", "Outcome")), `：${matter.outcome}`) : null,
    matter.facility ? el("p", {}, el("a", { href: `/facilities#${encodeURIComponent(matter.facility)}` }, two("由此建的设施", "The facility that was made for it"))) : null,
    matter.state === "closed" ? null : el("div", { class: "steps" }, ...stepsOf(matter, dialog, send)));
}

const entryItem = (one) => el("li", {}, el("b", {}, two(...KINDS[one.kind])), ` ${one.department ? departmentName(one.department).join(" ") : ""} `, el("span", { class: "quote" }, one.words));

function pollPart({ question, reason, households, options }) {
  return el("div", {},
    el("p", {}, el("b", {}, two("征询", "Poll")), `：${question} `, el("small", {}, two(`问 ${number(households)} 户`, `${number(households)} households asked`), reason ? ` · ${reason}` : "")),
    el("ul", { class: "votes" }, ...options.map(({ words, votes }) => el("li", {}, el("span", {}, words),
      el("progress", { max: households, value: votes ?? 0, "aria-label": words }), el("b", {}, votes === null ? "—" : number(votes))))));
}

function stepsOf(matter, dialog, send) {
  const made = [button("记下发言…", "Put on record…", () => say(dialog, send))];
  if (!data.whistles) return made;
  if (!matter.poll) made.push(button("征询居民…", "Poll…", () => openPoll(dialog, send)));
  else made.push(button("填票数…", "Count votes…", () => countVotes(matter.poll, dialog, send)));
  if (matter.state === "open") made.push(button("会开过了", "It was held", () => held(dialog, send), { class: "main" }));
  else made.push(button("定结果…", "Outcome…", () => close(dialog, send), { class: "main" }));
  return made;
}

function convene(dialog, send) {
  askFor(dialog, ["召集议事", "Convene a deliberation"], [
    ["subject", ["议什么", "About what"], { required: true }],
    ["place", ["在哪里开", "Where it meets"], {}],
    ["departments", ["请哪些部门", "Departments"], { kind: "select", multiple: true, size: 6, options: offices() }],
    ["roles", ["还请谁：一行一个身份，不写姓名", "Who else: one role a line, no names"], { kind: "area", placeholder: "居民代表" }],
  ], async ({ subject, place, roles }) => {
    const departments = [...dialog.querySelector("[name=departments]").selectedOptions].map(({ value }) => ({ department: value }));
    const attendees = [...departments, ...lines(roles).map((role) => ({ role }))];
    if (!attendees.length) throw Object.assign(new Error("请至少请一个部门或一种身份 · invite a department or a role"), { status: 422 });
    await send({ subject, place, attendees });
  });
}

function say(dialog, send) {
  const own = data.department ? [] : [["department", ["哪个部门说的", "Whose words"], { kind: "select", options: offices() }]];
  askFor(dialog, ["记下发言", "Put on record"], [
    ["kind", ["是什么", "What it is"], { kind: "select", options: Object.entries(KINDS).map(([code, words]) => [code, words.join(" ")]) }],
    ...own,
    ["words", ["说了什么", "What was said"], { kind: "area", required: true }],
  ], (body) => send("entries", body));
}

function openPoll(dialog, send) {
  askFor(dialog, ["征询居民", "Poll the residents"], [
    ["question", ["问什么", "The question"], { required: true }],
    ["reason", ["为什么问", "Why they are asked"], {}],
    ["households", ["问多少户", "Households asked"], { kind: "number", min: "1", required: true }],
    ["options", ["选项：一行一个，至少两个", "Options: one a line, two at least"], { kind: "area", required: true }],
  ], ({ households, options, ...words }) => send("poll", { ...words, households: Number(households), options: lines(options) }));
}

function countVotes({ options }, dialog, send) {
  askFor(dialog, ["填票数", "Count the votes"], options.map(({ words, votes }, k) =>
    [`option-${k}`, [words, ""], { kind: "number", min: "0", required: true, value: votes === null ? "" : String(votes) }]),
  (counted) => send("votes", { votes: Object.fromEntries(options.map(({ words }, k) => [words, Number(counted[`option-${k}`])])) }));
}

function held(dialog, send) {
  askFor(dialog, ["会开过了", "It was held"], [], () => send("held", {}), el("p", {}, two("记为现在开的会；之后可以定结果。", "Put on record as held now; its outcome may follow.")));
}

function close(dialog, send) {
  const kinds = [["", "不建设施 none"], ...Object.entries(data.kinds).map(([code, words]) => [code, words.join(" ")])];
  askFor(dialog, ["定结果", "The outcome"], [
    ["outcome", ["怎么定的（上报人会看到）", "What was decided; the reporter reads it"], { kind: "area", required: true }],
    ["kind", ["在这里建设施", "A facility made here"], { kind: "select", options: kinds }],
    ["name", ["设施名称", "Its name"], {}],
    ["days", ["多少天维护一次", "Days between upkeep"], { kind: "number", min: "1", max: "36525" }],
  ], ({ outcome, kind, name, days }) => send("outcome", { outcome, facility: kind ? { kind, name, upkeep_every_days: days ? Number(days) : null } : null }));
}
