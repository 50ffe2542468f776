// The drawer of the board: one case beside the others.

import { el, two } from "../words.js";
import { CaseFile, pageOf } from "../cases/file.js";

export class Drawer {
  // onMove(number) is told which case is looked at, null for none; onChange() that one has changed.
  constructor(box, dialog, onMove, onChange) {
    Object.assign(this, { box, onMove, onChange, number: null });
    this.file = new CaseFile(dialog, { linkTo: (number) => `#case=${encodeURIComponent(number)}`, changed: () => this.changed() });
    box.addEventListener("close", () => { if (this.number) this.onMove(null); this.number = null; });
    box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  }

  close() {
    this.number = null;
    if (this.box.open) this.box.close();
  }

  async open(number) {
    const { one, parts } = await this.file.read(number);
    this.number = number;
    this.box.replaceChildren(
      el("div", { class: "head" }, el("h2", { id: "drawer-title" }, two(one.category_zh, one.category_en)),
        el("button", { type: "button", class: "close", "aria-label": "关闭 / close", onclick: () => this.box.close() }, "×")),
      ...parts,
      el("p", {}, el("a", { class: "whole", href: pageOf(number) }, two("议事、调解，看整页", "Deliberation, mediation: the whole page"))));
    if (!this.box.open) this.box.showModal();
  }

  // A step that somebody else was quicker with, and one that was taken, are read anew alike.
  async changed() {
    this.onChange();
    if (this.number) await this.open(this.number);
  }
}
