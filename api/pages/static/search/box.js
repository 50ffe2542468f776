// The search box of every page: an address in words, completed while it is typed. Where a page takes
// points, coordinates go into the same box.

import { el, two } from "../words.js";
import { ask } from "../ask.js";
import { bad, doubtfulAnswer, placeAnswer, sent } from "./answers.js";
import { Suggestions } from "./suggestions.js";

const PAUSE = 120; // milliseconds without a key before the server is asked
const PATIENCE = 300; // and before it is said that the server is being waited for
const POINT = /^\s*([-+]?\d+(?:\.\d+)?)\s*[\s,，;；]\s*([-+]?\d+(?:\.\d+)?)\s*$/;
const SYSTEMS = [
  ["wgs84", "WGS 84"],
  ["cgcs2000", "CGCS2000 国家大地坐标系"],
  ["gcj02", "GCJ-02 手机与网络地图"],
  ["bd09", "BD-09 百度地图"],
];

const said = (error) => [error.message, error.fix].filter(Boolean).join(" · ");

export class SearchBox {
  // mark.show({ point, grids }) is told of the address that was found or chosen, mark.showAll(places)
  // of those that may be meant, mark.clear() that none was; onPoint({ lon, lat, crs }) of coordinates, where the page takes them; onSent() that a
  // text was sent in for a person to decide.
  constructor(host, { mark, onPoint = null, onSent = () => null }) {
    Object.assign(this, { host, mark, onPoint, onSent, turn: 0, timer: null });
    this.input = el("input", {
      id: "address-text", type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", maxlength: "1000",
      enterkeyhint: "search", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "address-list",
    });
    this.list = el("ul", { id: "address-list", role: "listbox", hidden: true, "aria-label": "地址建议 / suggestions" });
    this.answer = el("div", { class: "search-answer", id: "answer" });
    const live = el("div", { "aria-live": "polite" }, this.answer);
    this.close = el("button", { type: "button", class: "search-close", hidden: true, "aria-label": "关闭答案 / close the answer", onclick: () => this.hide() }, "×");
    this.suggestions = new Suggestions(this.input, this.list, (line) => this.picked(line));
    this.crs = onPoint ? el("select", { name: "crs" }, ...SYSTEMS.map(([value, words]) => el("option", { value }, words))) : null;
    host.classList.add("search-box");
    host.replaceChildren(this.form(), el("div", { class: "search-result" }, live, this.close));
    this.listen();
  }

  get text() {
    return this.input.value;
  }

  set text(words) {
    this.input.value = words;
  }

  form() {
    const label = this.onPoint ? two("地址或经纬度", "address or coordinates") : two("查地址", "Find an address");
    const go = el("button", { type: "submit" }, two("查询", "Look up"));
    this.input.placeholder = "白银路288弄12号";
    return el("form", { role: "search", "aria-label": "查地址 / find an address" },
      el("label", { for: "address-text", class: "search-label" }, label),
      el("div", { class: "search-field" }, this.input, this.list),
      this.crs ? el("label", { class: "search-crs" }, two("坐标系", "coordinates in"), this.crs) : null,
      go);
  }

  listen() {
    this.host.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.look();
    });
    this.input.addEventListener("input", (event) => { if (!event.isComposing) this.typed(); });
    this.input.addEventListener("compositionend", () => this.typed());
    this.input.addEventListener("blur", () => this.stopTyping());
    this.input.addEventListener("keydown", (event) => this.pressed(event));
  }

  pressed(event) {
    // Enter and arrows belong to the input method while it composes.
    if (event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && this.suggestions.open) {
      this.suggestions.move(steps[event.key]);
      event.preventDefault();
    } else if (event.key === "ArrowDown") {
      this.typed();
      event.preventDefault();
    } else if (event.key === "Enter" && this.suggestions.pick()) {
      event.preventDefault();
    } else if (event.key === "Escape") {
      this.escape(event);
    }
  }

  // The list goes first, then an answer that lies over the page.
  escape(event) {
    if (this.suggestions.open) this.stopTyping();
    else if (this.host.matches(".floating.answered")) this.hide();
    else return;
    event.stopPropagation();
  }

  typed() {
    clearTimeout(this.timer);
    this.turn += 1;
    if (!this.text.trim() || POINT.test(this.text)) return this.suggestions.close();
    this.timer = setTimeout(() => this.suggest(this.turn), PAUSE);
    return undefined;
  }

  // What still comes for the list is too late.
  stopTyping() {
    clearTimeout(this.timer);
    this.turn += 1;
    this.suggestions.close();
  }

  async suggest(turn) {
    try {
      const { content } = await ask(`/v1/addresses/suggest?${new URLSearchParams({ text: this.text, limit: 8 })}`);
      if (this.isCurrent(turn)) this.suggestions.show(content.suggestions);
    } catch {
      // Whoever types goes on; the look-up itself says what is wrong.
      if (this.isCurrent(turn)) this.suggestions.close();
    }
  }

  // A whole address is looked up; anything else is gone on with.
  picked(line) {
    this.text = line.text;
    if (line.kind === "address") this.look();
    else this.typed();
    this.input.focus();
  }

  // Begin a look-up: what was asked before comes too late.
  begin() {
    this.stopTyping();
    return this.turn;
  }

  isCurrent(turn) {
    return turn === this.turn;
  }

  async look() {
    const turn = this.begin(), point = this.onPoint && POINT.exec(this.text);
    if (point) {
      await this.onPoint({ lon: point[1], lat: point[2], crs: this.crs.value });
      return;
    }
    const waiting = setTimeout(() => {
      if (this.isCurrent(turn)) this.show(el("p", { class: "verdict" }, two("正在查…", "Looking …")));
    }, PATIENCE);
    try {
      const { content } = await ask(`/v1/resolve?${new URLSearchParams({ address: this.text })}`);
      if (this.isCurrent(turn)) this.answered(content);
    } catch (error) {
      if (this.isCurrent(turn)) this.complain(error);
    } finally {
      clearTimeout(waiting);
    }
  }

  answered(result) {
    if (result.status === "found") return this.choose(result.candidates[0], result.read);
    // A mark beside "no such address" would be taken for it.
    if (result.status === "ambiguous") this.mark.showAll(result.candidates);
    else this.mark.clear();
    const text = this.text;
    return this.show(...doubtfulAnswer(result, {
      choose: (place) => this.choose(place, result.read),
      send: () => this.send(text),
    }));
  }

  // Let a person decide what a text means.
  async send(text) {
    try {
      await ask("/v1/addresses/reviews", { method: "POST", body: { text } });
      this.show(...sent());
      this.onSent();
    } catch (error) {
      this.complain(error);
    }
  }

  choose(place, read) {
    this.show(...placeAnswer(place, read));
    return this.point(place);
  }

  async point(place, how) {
    const turn = this.turn;
    try {
      await this.mark.show(place, how);
    } catch (error) {
      if (this.isCurrent(turn)) this.answer.append(...bad("网格画不出来。", "The grid cannot be drawn.", said(error)));
    }
  }

  complain(error) {
    this.mark.clear();
    this.show(...bad("查不了。", "That cannot be looked up.", said(error)));
  }

  show(...parts) {
    this.answer.replaceChildren(...parts.filter(Boolean));
    this.close.hidden = false;
    this.host.classList.add("answered");
  }

  hide() {
    this.answer.replaceChildren();
    this.close.hidden = true;
    this.host.classList.remove("answered");
    this.input.focus();
  }
}
