// The list below a search box: an ARIA combobox whose list is chosen from by keys or by hand.

import { el, two } from "../words.js";

const KINDS = {
  name: ["路名", "name"],
  alias: ["别名", "other name"],
  division: ["街镇村居", "division"],
  lane: ["弄", "lane"],
  address: ["地址", "address"],
};

export class Suggestions {
  constructor(input, list, onPicked) {
    Object.assign(this, { input, list, onPicked, lines: [], at: -1 });
  }

  get open() {
    return !this.list.hidden;
  }

  show(lines) {
    this.lines = lines;
    this.at = -1;
    this.list.replaceChildren(...lines.map((line, at) => this.option(line, at)));
    this.list.hidden = lines.length === 0;
    this.input.setAttribute("aria-expanded", String(this.open));
    this.input.removeAttribute("aria-activedescendant");
  }

  close() {
    this.show([]);
  }

  option(line, at) {
    const kind = KINDS[line.kind] || KINDS.name;
    return el("li", {
      id: `${this.list.id}-${at}`,
      role: "option",
      "aria-selected": "false",
      // The box keeps the focus.
      onpointerdown: (event) => event.preventDefault(),
      onclick: () => this.onPicked(line),
    }, el("span", { class: "line" }, line.text), el("small", {}, line.town ? `${line.town} ` : "", two(...kind)));
  }

  move(step) {
    if (!this.open) return;
    const size = this.lines.length;
    // One place before the first and behind the last is the box itself.
    this.at = ((this.at + 1 + step + size + 1) % (size + 1)) - 1;
    [...this.list.children].forEach((one, at) => one.setAttribute("aria-selected", String(at === this.at)));
    const active = this.list.children[this.at];
    if (!active) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", active.id);
    return active.scrollIntoView({ block: "nearest" });
  }

  // Take the line that the keys stand on; whether there is one.
  pick() {
    const line = this.lines[this.at];
    if (line) this.onPicked(line);
    return Boolean(line);
  }
}
