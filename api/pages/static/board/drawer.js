// One case: where it stands, whom it waits for, what was done, and what can be done now.

import { ask } from "../ask.js";
import { button, el, say, two } from "../words.js";
import { ago, complain, data, departmentName, dueChip, moment, placeWords, sourceWords, stageWords, stepWords } from "../cases/words.js";
import { sendPicture, stepButton, stepsOf, takeStep } from "../cases/steps.js";
import { whistle } from "./whistle.js";

const path = (number) => `/v1/cases/${encodeURIComponent(number)}`;

export class Drawer {
  // onMove(number) is told which case is looked at, null for none; onChange() that one has changed.
  constructor(box, dialog, onMove, onChange) {
    Object.assign(this, { box, dialog, onMove, onChange, number: null });
    box.addEventListener("close", () => { if (this.number) this.onMove(null); this.number = null; });
    box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  }

  close() {
    this.number = null;
    if (this.box.open) this.box.close();
  }

  async open(number) {
    const [{ content: one }, { content: past }, { content: alike }, { content: seen }] = await Promise.all([
      ask(path(number)), ask(`${path(number)}/history`), ask(`${path(number)}/duplicates`), ask(`${path(number)}/evidence`),
    ]);
    this.number = number;
    this.box.replaceChildren(...this.parts(one, past.events, alike.duplicates, seen.evidence));
    if (!this.box.open) this.box.showModal();
  }

  // A step that somebody else was quicker with, and one that was taken, are read anew alike.
  async changed() {
    this.onChange();
    if (this.number) await this.open(this.number);
  }

  parts(one, events, alike, pictures) {
    return [
      el("div", { class: "head" }, el("h2", { id: "drawer-title" }, two(one.category_zh, one.category_en)),
        el("button", { type: "button", class: "close", "aria-label": "关闭 / close", onclick: () => this.box.close() }, "×")),
      el("p", { class: "facts" }, el("b", {}, one.number), " ", el("span", { class: "chip" }, stageWords(one.stage)), " ", one.open ? dueChip(one.due_at, one.overdue) ?? "" : "",
        one.escalated ? el("span", { class: "chip late" }, two("督办", "escalated")) : ""),
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
    const link = (number) => el("a", { href: `#case=${encodeURIComponent(number)}` }, number);
    return [
      ...(relapse ? [" · ", two("复发自", "came back after"), " ", link(relapse)] : []),
      ...(merged ? [" · ", two("并入", "part of"), " ", link(merged)] : []),
    ];
  }

  steps(one) {
    const { forward, aside } = stepsOf(one), done = () => this.changed();
    const calls = one.actions.some((action) => action === "call" || action === "dispatch");
    const made = forward.map((action, k) => stepButton(one, action, this.dialog, done, k ? {} : { class: "main" }));
    if (calls) made.unshift(button("吹哨…", "Call departments…", () => whistle(one, this.dialog, done), { class: "main whistle" }));
    return el("div", { class: "steps" }, ...made, ...aside.map((action) => stepButton(one, action, this.dialog, done)));
  }

  calls(one) {
    if (!one.calls.length) return null;
    return section("部门报到", "Departments", el("ul", { class: "calls" }, ...one.calls.map((call) => this.callItem(one, call))));
  }

  callItem(one, call) {
    const [zh, en] = departmentName(call.department);
    const came = call.reported_in_at
      ? el("span", { class: call.overdue ? "chip late" : "chip" }, two(`${moment(call.reported_in_at)} 报到`, `came ${moment(call.reported_in_at)}`))
      : dueChip(call.due_at, call.overdue);
    const act = (action) => {
      const made = button(...stepWords(action), async () => {
        made.disabled = true;
        try {
          await ask(`${path(one.number)}/calls/${encodeURIComponent(call.department)}/${action}`, { method: "POST", body: { version: one.version } });
          await this.changed();
        } catch (error) {
          complain(error);
        }
        made.disabled = false;
      });
      return made;
    };
    const here = !call.left_at && one.open;
    return el("li", { class: call.left_at ? "left" : "" },
      el("span", { class: "office" }, el("b", {}, two(zh, en)), " ", call.role === "lead" ? el("span", { class: "chip" }, two("主办", "lead")) : null),
      call.left_at ? el("span", { class: "chip" }, two("已退群", "left")) : came,
      here && !call.reported_in_at && one.actions.includes("report-in") ? act("report-in") : null,
      here && call.reported_in_at && call.role !== "lead" && one.actions.includes("hand-lead") ? act("hand-lead") : null);
  }

  duplicates(one, alike) {
    if (!alike.length || !one.actions.includes("merge")) return null;
    const merge = (other) => {
      const made = button("并到这件", "Merge into it", async () => {
        made.disabled = true;
        try {
          await takeStep(one, "merge", { about: other.number });
          say(`已并入 ${other.number}。`, `Merged into ${other.number}.`);
          await this.changed();
        } catch (error) {
          complain(error);
        }
        made.disabled = false;
      });
      return made;
    };
    return section("可能是同一件", "Perhaps the same", el("ul", { class: "alike" }, ...alike.map(({ case: other, distance_m: far }) => el("li", {},
      el("span", {}, el("a", { href: `#case=${encodeURIComponent(other.number)}` }, other.number), " ", two(other.category_zh, other.category_en), ` · ${Math.round(far)} m · `, two(...ago(other.reported_at))),
      other.open ? merge(other) : null))));
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
    const shown = pictures.map(({ id, stage, taken_on: day }) => el("figure", {},
      el("img", { src: `${path(one.number)}/evidence/${id}`, alt: `${PICTURES[stage][0]} ${day}`, loading: "lazy" }), el("figcaption", {}, two(...PICTURES[stage]), ` ${day}`)));
    return section("照片", "Pictures", el("div", { class: "pictures" }, ...shown), el("label", { class: "file" }, two("加照片", "Add a picture"), file));
  }
}

const PICTURES = { before: ["整治前", "before"], during: ["整治中", "during"], after: ["整治后", "after"] };

const section = (zh, en, ...parts) => el("section", {}, el("h3", {}, two(zh, en)), ...parts);

function eventItem(one) {
  const names = one.about.split(",").map((word) => data.sources[word]?.[0] ?? departmentName(word)[0]);
  const about = one.about ? `：${names.join("、")}` : "";
  const who = [one.department && departmentName(one.department)[0], one.actor].filter(Boolean).join(" · ");
  return el("li", {}, el("time", { datetime: one.at }, moment(one.at)),
    el("div", {}, el("p", {}, el("b", {}, two(one.zh, one.en)), about, " ", el("small", {}, who)), one.reason ? el("p", { class: "quote" }, one.reason) : null));
}
