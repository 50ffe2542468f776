// A dialog that asks for a few words and sends them; when they are refused it stays, and says why.

import { button, el, two } from "../words.js";
import { complain } from "./words.js";
import { openDialog } from "./steps.js";

const CONTROLS = {
  area: (attributes) => el("textarea", { rows: "3", maxlength: "4000", ...attributes }),
  select: ({ options, ...attributes }) => el("select", attributes, ...options.map(([value, words]) => el("option", { value }, words))),
};

// fields: [name, [zh, en], attributes], of which `kind` says which control it is: area, select, or a
// type of input. send(values) is given the words by their names.
export function askFor(dialog, title, fields, send, ...notes) {
  const made = fields.map(([name, words, { kind = "text", ...attributes } = {}]) => {
    const control = (CONTROLS[kind] ?? ((own) => el("input", { type: kind, maxlength: "200", autocomplete: "off", ...own })))({ name, ...attributes });
    return [name, control, el("label", {}, two(...words), " ", control)];
  });
  const go = el("button", { type: "submit", class: "main" }, two(...title));
  openDialog(dialog, title, ...made.map(([, , label]) => label), ...notes,
    el("div", { class: "row" }, button("取消", "Cancel", () => dialog.close()), go));
  const form = dialog.querySelector("form");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    go.disabled = true;
    try {
      await send(Object.fromEntries(made.map(([name, control]) => [name, control.value.trim()])));
      dialog.close();
    } catch (error) {
      complain(error);
    }
    go.disabled = false;
  });
  return form;
}
