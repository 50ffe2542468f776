// One case as elements: where it stands, whom it waits for, what was done, and what can be done now.

import { ask } from "../ask.js";
import { button, el, say, two } from "../words.js";
import { askFor } from "./asking.js";
import { metres } from "./place.js";
import { attempt, forwardButtons, sendPicture, stepButton, stepsOf, takeStep } from "./steps.js";
import { whistle } from "./whistle.js";
import { ago, complain, data, departmentName, dueChip, estimateWords, moment, placeWords, sourceWords, stageWords, stepWords } from "./words.js";

export const path = (number) => `/v1/cases/${encodeURIComponent(number)}`;
export const pageOf = (number) => `/cases/${encodeURIComponent(number)}`;

export class CaseFile {
  // linkTo(number) is the address of another case; changed() is awaited when this one has changed.
  constructor(dialog, { linkTo, changed }) {
    Object.assign(this, { dialog, linkTo, changed });
  }

  // The case, and its parts from its place to its history.
  async read(number) {
    const [{ content: one }, { content: past }, { content: alike }, { content: seen }] = await Promise.all([
      ask(path(number)), ask(`${path(number)}/history`), ask(`${path(number)}/duplicates`), ask(`${path(number)}/evidence`),
    ]);
    return { one, parts: this.parts(one, past.events, alike.duplicates, seen.evidence) };
  }

  parts(one, events, alike, pictures) {
    return [
      el("p", { class: "facts" }, el("b", {}, one.number), " ", el("span", { class: "chip" }, stageWords(one.stage)), " ", one.open ? dueChip(one.due_at, one.overdue) ?? "" : "",
        one.escalated ? el("span", { class: "chip late" }, two("督办", "escalated")) : ""),
      estimateWords(one),
      el("p", { class: "where" }, placeWords(one)),
      one.description ? el("p", { class: "said" }, one.description) : null,
      el("p", { class: "facts" }, sourceWords(one.source), " · ", two(`${moment(one.reported_at)} 上报`, `reported ${moment(one.reported_at)}`), ...this.reporter(one), ...this.links(one)),
      this.steps(one),
      this.calls(one),
      this.duplicates(one, alike),
      this.pictures(one, pictures),
      section("办理经过", "What was done", el("ol", { class: "events" }, ...events.map(eventItem).reverse())),
    ].filter(Boolean);
  }

  reporter({ reporter }) {
    const words = reporter ? [reporter.name, reporter.telephone].filter(Boolean).join(" ") : "";
    return words ? [" · ", two("上报人", "by"), ` ${words}`] : [];
  }

  links({ relapse_of: relapse, merged_into: merged }) {
    const link = (number) => el("a", { href: this.linkTo(number) }, number);
    return [
      ...(relapse ? [" · ", two("复发自", "came back after"), " ", link(relapse)] : []),
      ...(merged ? [" · ", two("并入", "part of"), " ", link(merged)] : []),
    ];
  }

  steps(one) {
    const { forward, aside } = stepsOf(one), done = () => this.changed();
    const calls = one.actions.some((action) => action === "call" || action === "dispatch");
    const made = forwardButtons(one, forward, this.dialog, done);
    if (calls) made.unshift(button("吹哨…", "Call departments…", () => whistle(one, this.dialog, done), { class: "main whistle" }));
    return el("div", { class: "steps" }, ...made, ...aside.map((action) => stepButton(one, action, this.dialog, done)));
  }

  calls(one) {
    const joins = one.open && one.actions.includes("join") && this.strangers(one).length;
    if (!one.calls.length && !joins) return null;
    return section("部门报到", "Departments", el("ul", { class: "calls" }, ...one.calls.map((call) => this.callItem(one, call))),
      joins ? button(...stepWords("join"), () => this.join(one)) : null);
  }

  // The departments that may join in: those that are not there, of which an account has at most its own.
  strangers(one) {
    const there = new Set(one.calls.filter(({ left_at: left }) => !left).map(({ department }) => department));
    return Object.keys(data.departments).filter((code) => !there.has(code) && isMine(code));
  }

  join(one) {
    const codes = this.strangers(one);
    if (codes.length === 1) return this.part(one, codes[0], "join").catch(complain);
    const options = codes.map((code) => [code, departmentName(code).join(" ")]);
    return askFor(this.dialog, stepWords("join"), [["department", ["部门", "Department"], { kind: "select", options }]],
      ({ department }) => this.part(one, department, "join"));
  }

  leave(one, department) {
    askFor(this.dialog, stepWords("leave"), [["reason", ["为什么", "Why"], { kind: "area", required: true }]],
      ({ reason }) => this.part(one, department, "leave", { reason }), el("p", {}, departmentName(department).join(" ")));
  }

  part(one, department, action, words = {}) {
    const address = `${path(one.number)}/calls/${encodeURIComponent(department)}/${action}`;
    return attempt(() => ask(address, { method: "POST", body: { version: one.version, ...words } }), () => this.changed());
  }

  callItem(one, call) {
    const [zh, en] = departmentName(call.department), leads = call.role === "lead", came = call.reported_in_at;
    const act = (action) => {
      const made = button(...stepWords(action), () => {
        made.disabled = true;
        this.part(one, call.department, action).catch(complain).finally(() => { made.disabled = false; });
      });
      return made;
    };
    const may = (action) => !call.left_at && one.open && one.actions.includes(action);
    const arrival = came ? el("span", { class: call.overdue ? "chip late" : "chip" }, two(`${moment(came)} 报到`, `came ${moment(came)}`)) : dueChip(call.due_at, call.overdue);
    return el("li", { class: call.left_at ? "left" : "" },
      el("span", { class: "office" }, el("b", {}, two(zh, en)), " ", leads ? el("span", { class: "chip" }, two("主办", "lead")) : null),
      call.left_at ? el("span", { class: "chip" }, two("已退群", "left")) : arrival,
      !came && may("report-in") && isMine(call.department) ? act("report-in") : null,
      came && !leads && may("hand-lead") ? act("hand-lead") : null,
      !leads && may("leave") && isMine(call.department) ? button(...stepWords("leave"), () => this.leave(one, call.department)) : null);
  }

  duplicates(one, alike) {
    if (!one.actions.includes("merge")) return null;
    const merge = (number) => {
      const made = button("并到这件", "Merge into it", () => {
        made.disabled = true;
        this.merge(one, number).catch(complain).finally(() => { made.disabled = false; });
      });
      return made;
    };
    const listed = alike.map(({ case: other, distance_m: far }) => el("li", {},
      el("span", {}, el("a", { href: this.linkTo(other.number) }, other.number), " ", two(other.category_zh, other.category_en), ` · ${Math.round(far)} m · `, two(...ago(other.reported_at))),
      other.open ? merge(other.number) : null));
    const title = alike.length ? ["可能是同一件", "Perhaps the same"] : ["并案", "Merging"];
    return section(...title, el("ul", { class: "alike" }, ...listed), button("并到别的案件…", "Merge into another…", () => this.mergeByNumber(one)));
  }

  mergeByNumber(one) {
    askFor(this.dialog, ["并案", "Merge"], [["number", ["并到哪件（编号）", "Into which: its number"], { required: true, maxlength: "100" }]], ({ number }) => this.merge(one, number.toUpperCase()),
      el("p", { class: "note" }, two(`${one.number} 不再单独办理；另一件继续办。`, `${one.number} is gone on with as part of the other one.`)));
  }

  merge(one, number) {
    return attempt(async () => {
      await takeStep(one, "merge", { about: number });
      say(`已并入 ${number}。`, `Merged into ${number}.`);
    }, () => this.changed());
  }

  pictures(one, pictures) {
    const file = el("input", { type: "file", accept: "image/jpeg,image/png,image/webp" });
    file.addEventListener("change", async () => {
      try {
        await sendPicture(one.number, file.files[0], one.open && one.stage !== "feedback" ? "before" : "after");
        await this.changed();
      } catch (error) {
        complain(error);
      }
    });
    const shown = pictures.map((picture) => this.picture(one, picture));
    return section("照片", "Pictures", el("div", { class: "pictures" }, ...shown), el("label", { class: "file" }, two("加照片", "Add a picture"), file));
  }

  picture(one, { sha256, stage, taken_on: day, erased_at: erased }) {
    const words = el("figcaption", {}, two(...PICTURES[stage]), ` ${day}`);
    if (erased) return el("figure", {}, el("p", { class: "note" }, two("已删除", "erased")), words);
    const address = `${path(one.number)}/evidence/${sha256}`;
    const image = el("img", { src: address, alt: `${PICTURES[stage][0]} ${day}`, loading: "lazy" });
    return el("figure", {}, image, words, button("删除…", "Erase…", () => this.erase(address)));
  }

  erase(address) {
    askFor(this.dialog, ["删除照片", "Erase the picture"], [], () => attempt(() => ask(address, { method: "DELETE" }), () => this.changed()),
      el("p", { class: "note" }, two("例如照到了人脸。删除后找不回来；谁删的，记在审计日志里。", "Such as one that shows a face. It cannot be brought back; the audit log says who erased it.")));
  }
}

const PICTURES = { before: ["整治前", "before"], during: ["整治中", "during"], after: ["整治后", "after"] };

// Whether a viewer speaks for a department: an account of none speaks for each.
const isMine = (code) => !data.department || data.department === code;

export const section = (zh, en, ...parts) => el("section", {}, el("h3", {}, two(zh, en)), ...parts);

// What a correction says it is about: from where to where, in degrees.
const MOVED = /^(-?[\d.]+),(-?[\d.]+) → (-?[\d.]+),(-?[\d.]+)$/;

function movedWords([fromLon, fromLat, lon, lat]) {
  const far = Math.round(metres({ lon: fromLon, lat: fromLat }, { lon, lat }));
  const [from, to] = [[fromLon, fromLat], [lon, lat]].map((at) => at.map((one) => one.toFixed(5)).join(", "));
  return ["：", two(`原位置 ${from} → 新位置 ${to}，相距 ${far} 米`, `from ${from} to ${to}, ${far} m apart`)];
}

// Names of two languages, one after another.
function listedWords(names) {
  return names.length ? ["：", two(names.map(([zh]) => zh).join("、"), names.map(([, en]) => en).join(", "))] : [];
}

function eventItem(one) {
  // What a meeting is known by says nothing to people; the words beside it do.
  const known = one.about.split(",").filter((word) => word && !/^(deliberation|mediation):/.test(word));
  const moved = one.action === "relocate" && one.about.match(MOVED);
  const about = moved ? movedWords(moved.slice(1).map(Number)) : listedWords(known.map((word) => data.sources[word] ?? departmentName(word)));
  const who = [one.department && departmentName(one.department).join(" "), one.actor].filter(Boolean).join(" · ");
  return el("li", {}, el("time", { datetime: one.at }, moment(one.at)),
    el("div", {}, el("p", {}, el("b", {}, two(one.zh, one.en)), ...about, " ", el("small", {}, who)), one.reason ? el("p", { class: "quote" }, one.reason) : null));
}
