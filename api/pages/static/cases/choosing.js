// What is wrong, chosen in two taps: a group, then one of its categories.

import { el, two } from "../words.js";
import { data, groupMark } from "./words.js";

export class CategoryChoice {
  constructor(host, onChoice = () => null) {
    this.onChoice = onChoice;
    this.value = "";
    this.list = el("fieldset", { class: "categories", hidden: true });
    const groups = el("fieldset", { class: "groups" },
      el("legend", { class: "away" }, two("大类", "Group")),
      ...Object.entries(data.groups).map(([code, words]) => this.tile(code, words)));
    host.replaceChildren(groups, this.list);
  }

  tile(code, words) {
    const input = el("input", { type: "radio", name: "group", value: code, onchange: () => this.open(code) });
    return el("label", { class: "tile" }, input, groupMark(code), el("span", {}, two(...words)));
  }

  open(group) {
    const own = Object.entries(data.categories).filter(([, [of]]) => of === group);
    this.group = group;
    this.list.hidden = false;
    this.list.replaceChildren(
      el("legend", { class: "away" }, two("是什么", "What it is")),
      ...own.map(([code, [, zh, en]]) => el("label", { class: "pick" },
        el("input", { type: "radio", name: "category", value: code, onchange: () => this.choose(code) }), two(zh, en))));
    this.choose("");
    if (own.length === 1) this.list.querySelector("input").click();
  }

  choose(code) {
    this.value = code;
    this.onChoice(code, this.group);
  }
}
