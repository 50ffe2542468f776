// The whistle: which departments are called, which of them leads, how soon they have to come.

import { ask } from "../ask.js";
import { button, el, say, two } from "../words.js";
import { complain, data } from "./words.js";
import { attempt, openDialog } from "./steps.js";

export function whistle(one, dialog, done) {
  const there = new Set(one.calls.filter(({ left_at: left }) => !left).map(({ department }) => department));
  const leads = one.calls.some(({ left_at: left, role }) => !left && role === "lead");
  const lead = el("select", { name: "lead" });
  const boxes = Object.entries(data.departments).filter(([code]) => !there.has(code)).map(([code, [zh, en]]) => {
    const box = el("input", { type: "checkbox", name: "department", value: code, onchange: () => listLeads(boxes, lead) });
    return el("label", { class: "pick" }, box, two(zh, en));
  });
  const urgent = el("input", { type: "checkbox", name: "urgent" });
  const reason = el("textarea", { name: "reason", rows: "2", maxlength: "2000" });
  const send = el("button", { type: "submit", class: "main" }, two("吹哨", "Call"));
  openDialog(dialog, ["吹哨", "Call departments"],
    el("p", {}, `${one.number} `, two(one.category_zh, one.category_en)),
    el("fieldset", { class: "offices" }, el("legend", {}, two("叫谁来", "Whom")), ...boxes),
    leads ? "" : el("label", {}, two("谁主办", "Who leads"), lead),
    el("label", { class: "check" }, urgent, two("紧急：两小时内报到，不分昼夜", "Urgent: within two hours, day and night")),
    el("label", {}, two("说明", "In words"), reason),
    el("div", { class: "row" }, button("取消", "Cancel", () => dialog.close()), send));
  listLeads(boxes, lead);
  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const departments = chosen(boxes);
    if (!departments.length) {
      say("请选至少一个部门。", "Choose a department.", "bad");
      return;
    }
    send.disabled = true;
    try {
      const body = { version: one.version, departments, lead: leads ? "" : lead.value, urgent: urgent.checked, reason: reason.value.trim() };
      await attempt(async () => {
        await ask(`/v1/cases/${encodeURIComponent(one.number)}/calls`, { method: "POST", body });
        say(`已吹哨，${departments.length} 个部门。`, `${departments.length} departments were called.`);
      }, () => {
        dialog.close();
        return done();
      });
    } catch (error) {
      complain(error);
    }
    send.disabled = false;
  });
}

const chosen = (boxes) => boxes.map((label) => label.querySelector("input")).filter(({ checked }) => checked).map(({ value }) => value);

// Only those who are called can lead; whoever was chosen before stays so.
function listLeads(boxes, lead) {
  const before = lead.value, codes = chosen(boxes);
  lead.replaceChildren(...codes.map((code) => el("option", { value: code }, data.departments[code].join(" "))));
  if (codes.includes(before)) lead.value = before;
}
