// Steps with a case: one tap where nothing more is needed, a dialog where words are.

import { ask } from "../ask.js";
import { button, el, say, two } from "../words.js";
import { complain, data, stepWords } from "./words.js";

// Said by their own controls, or by a department in its own name.
const ELSEWHERE = new Set(["call", "dispatch", "report-in", "join", "leave", "hand-lead", "merge"]);
const QUIET = new Set(["note", "reply", "escalate", "extend", "refuse", "not-responsible", "hand-back", "send-back"]);

// What may be done now: the way forward first, and what is done seldom apart.
export function stepsOf(one) {
  const open = one.actions.filter((action) => data.steps[action] && !ELSEWHERE.has(action));
  return { forward: open.filter((action) => !QUIET.has(action)), aside: open.filter((action) => QUIET.has(action)) };
}

export const takeStep = async (one, action, words = {}) =>
  (await ask(`/v1/cases/${encodeURIComponent(one.number)}/${action}`, { method: "POST", body: { version: one.version, ...words } })).content;

// A button that takes a step, or first asks for the words that it needs.
export function stepButton(one, action, dialog, done, options = {}) {
  const [zh, en] = stepWords(action);
  const made = button(zh, en, () => {
    if (data.steps[action].reason) askReason(one, action, dialog, done);
    else run(made, () => takeStep(one, action), action, done);
  }, options);
  return made;
}

async function run(control, work, action, done) {
  control.disabled = true;
  try {
    const found = await work();
    const [zh, en] = stepWords(action);
    say(`${found.number} ${zh}，好了。`, `${found.number}: ${en}, done.`);
    await done(found);
  } catch (error) {
    complain(error);
    // Somebody else was first: what the page shows is old.
    if (error.status === 409 || error.status === 412) await done(null);
  }
  control.disabled = false;
}

function askReason(one, action, dialog, done) {
  const [zh, en] = stepWords(action);
  const words = el("textarea", { name: "reason", rows: "3", maxlength: "2000", required: true });
  const told = data.steps[action].told ? el("p", { class: "note" }, two("上报人会看到这段话。", "The reporter will read these words.")) : null;
  const send = el("button", { type: "submit", class: "main" }, two(zh, en));
  openDialog(dialog, [zh, en], el("p", {}, one.number), el("label", {}, two("为什么", "Why"), words), told,
    el("div", { class: "row" }, button("取消", "Cancel", () => dialog.close()), send));
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    run(send, () => takeStep(one, action, { reason: words.value.trim() }), action, (found) => {
      dialog.close();
      return done(found);
    });
  });
}

// A dialog whose content is a form; its title is its name.
export function openDialog(dialog, [zh, en], ...parts) {
  dialog.replaceChildren(el("form", {}, el("h2", { id: `${dialog.id}-title` }, two(zh, en)), ...parts));
  dialog.showModal();
}

// Keep a picture with a case: the server makes it anew and drops what else is in the file.
export async function sendPicture(number, file, stage) {
  const form = new FormData();
  form.append("picture", file);
  form.append("stage", stage);
  return (await ask(`/v1/cases/${encodeURIComponent(number)}/evidence`, { method: "POST", form })).content;
}

