// Steps with a case: one tap where nothing more is needed, a dialog where words are.

import { ask } from "../ask.js";
import { button, el, say, two } from "../words.js";
import { complain, data, stepWords } from "./words.js";

// Said by their own controls, or by a department in its own name.
const ELSEWHERE = new Set(["call", "dispatch", "report-in", "join", "leave", "hand-lead", "merge", "relocate"]);
const QUIET = new Set(["note", "reply", "escalate", "extend", "refuse", "not-responsible", "hand-back", "send-back"]);

// Asked about before they are taken, for they end a case at once; never the step that comes first.
const ASKED = new Set(["close-on-spot"]);

// What may be done now: the way forward first, and what is done seldom apart.
export function stepsOf(one) {
  const open = one.actions.filter((action) => data.steps[action] && !ELSEWHERE.has(action));
  const forward = open.filter((action) => !QUIET.has(action)).sort((one, other) => ASKED.has(one) - ASKED.has(other));
  return { forward, aside: open.filter((action) => QUIET.has(action)) };
}

// The way forward as buttons, of which the first one is marked.
export const forwardButtons = (one, forward, dialog, done) =>
  forward.map((action, k) => stepButton(one, action, dialog, done, k || ASKED.has(action) ? {} : { class: "main" }));

export const takeStep = async (one, action, words = {}) =>
  (await ask(`/v1/cases/${encodeURIComponent(one.number)}/${action}`, { method: "POST", body: { version: one.version, ...words } })).content;

// Does something with a case and has it read anew; also where somebody else was first, for then what
// the page shows is old. Other refusals are the caller's.
export async function attempt(work, changed) {
  let found = null, late = null;
  try {
    found = await work();
  } catch (error) {
    if (error.status !== 409 && error.status !== 412) throw error;
    late = error;
  }
  await changed(found);
  if (late) complain(late);
}

// A button that takes a step, or first asks for the words that it needs.
export function stepButton(one, action, dialog, done, options = {}) {
  const [zh, en] = stepWords(action);
  const made = button(zh, en, () => {
    if (data.steps[action].reason || ASKED.has(action)) askReason(one, action, dialog, done);
    else run(made, () => takeStep(one, action), action, done);
  }, options);
  return made;
}

async function run(control, work, action, done) {
  control.disabled = true;
  await attempt(async () => {
    const found = await work(), [zh, en] = stepWords(action);
    say(`${found.number} ${zh}，好了。`, `${found.number}: ${en}, done.`);
    return found;
  }, done).catch(complain);
  control.disabled = false;
}

function askReason(one, action, dialog, done) {
  const [zh, en] = stepWords(action), required = data.steps[action].reason;
  const words = el("textarea", { name: "reason", rows: "3", maxlength: "2000", required });
  const label = required ? two("为什么", "Why") : two("怎么办的（可不写）", "What was done, if you like");
  const told = data.steps[action].told ? el("p", { class: "note" }, two("上报人会看到这段话。", "The reporter will read these words.")) : null;
  const send = el("button", { type: "submit", class: "main" }, two(zh, en));
  openDialog(dialog, [zh, en], el("p", {}, one.number), el("label", {}, label, words), told,
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

