"use strict";
// What a reader asked for, the buttons for it, and its trace in the address of the page.
gisgrid.PAGE = 20;
gisgrid.CATEGORY_COLORS = ["#0b7285", "#b5338a", "#b8860b", "#5f3dc4", "#c92a2a", "#2b8a3e", "#495057", "#1864ab"];
gisgrid.STATES = new Map([["open", ["未整改", "open"]], ["fixed", ["已整改", "fixed"]]]);
gisgrid.SEVERITY = new Map([[1, ["一般", "minor"]], [2, ["较大", "serious"]], [3, ["重大", "grave"]]]);
gisgrid.LEVEL_NAMES = { area: ["街镇", "areas"], unit: ["单元", "units"], micro: ["微网格", "micro-grids"] };

gisgrid.dateOf = (data, day) => new Date((data.time.first + day) * 864e5).toISOString().slice(0, 10);
gisgrid.dayOf = (data, text) => {
  const at = /^\d{4}-\d\d-\d\d$/.test(text || "") ? Date.parse(text) / 864e5 - data.time.first : NaN;
  return Number.isFinite(at) ? Math.min(data.time.days, Math.max(0, at)) : null;
};
gisgrid.isWhole = (data, filter) => filter.from === 0 && filter.to === data.time.days;
// A period is compared with the one before where the record goes back that far.
gisgrid.isCompared = (data, filter) => 2 * filter.from - filter.to >= 0 && filter.to > filter.from;
gisgrid.yearsOf = (filter) => Math.max(1, filter.to - filter.from) / 365.25;

// One of several words, as buttons; the arrow keys walk among them.
gisgrid.choice = (name, zh, en, options, chosen, change) => {
  const { el, two } = gisgrid;
  const inputs = new Map();
  const buttons = options.map((option) => {
    const input = el("input", { type: "radio", name, value: String(option.value) });
    input.checked = option.value === chosen;
    input.addEventListener("change", () => change(option.value));
    inputs.set(option.value, input);
    const dot = option.color ? gisgrid.swatch(option.color, "dot") : null;
    return el("label", { class: "chip" }, input, el("span", {}, dot, two(option.zh, option.en)));
  });
  const field = el("fieldset", { class: "chips" }, el("legend", {}, two(zh, en)), ...buttons);
  field.choose = (value) => {
    for (const [key, input] of inputs) input.checked = key === value;
  };
  return field;
};

gisgrid.Filters = class {
  constructor(data, levels, change) {
    this.data = data;
    this.levels = levels;
    this.change = change;
    this.fields = {};
    this.boundaries = gisgrid.boundaries(data);
    this.state = this.snapped(this.read());
  }

  get spans() {
    return [
      { value: 30, zh: "近30天", en: "last 30 days" }, { value: 91, zh: "近3个月", en: "3 months" },
      { value: 365, zh: "近一年", en: "a year" }, { value: Infinity, zh: "全部", en: "all" },
    ].filter((span) => span.value === Infinity || (span.value < this.data.time.days && span.value >= this.longest));
  }

  // The longest step of time that rows tell apart, in days.
  get longest() {
    const ends = this.boundaries || [];
    return ends.slice(1).reduce((most, end, k) => Math.max(most, end - ends[k]), 1);
  }

  // A period that ends where steps of time do.
  snapped(state) {
    if (!this.boundaries) return state;
    const from = this.boundaries.filter((day) => day <= state.from).pop();
    return { ...state, from, to: this.boundaries.find((day) => day >= state.to && day > from) };
  }

  read() {
    const data = this.data, asked = new URLSearchParams(location.hash.slice(1));
    const among = (name, values, other) => (values.includes(asked.get(name)) ? asked.get(name) : other);
    const keys = this.levels.map((level) => level.key);
    const from = gisgrid.dayOf(data, asked.get("since")), to = gisgrid.dayOf(data, asked.get("until"));
    const dated = from !== null && to !== null && from < to;
    return {
      category: among("category", data.categories.map((one) => one.key), ""),
      severity: Number(among("severity", ["1", "2", "3"], "0")),
      state: among("state", data.states.map((one) => one.key), ""),
      found: among("found_by", ["reported", "discovered"], "all"),
      from: dated ? from : Math.max(0, data.time.days - this.spans[0].value),
      to: dated ? to : data.time.days,
      level: among("level", keys, keys[keys.length - 1] || ""),
      by: among("by", ["rate"], "count"),
      view: among("view", ["grids"], "heat"),
      grid: asked.get("grid") || "",
    };
  }

  // The address says what is on the page; what is as it is at first is left out.
  write() {
    const { data, state } = this, out = new URLSearchParams();
    if (state.category) out.set("category", state.category);
    if (state.severity) out.set("severity", state.severity);
    if (state.state) out.set("state", state.state);
    if (state.found !== "all") out.set("found_by", state.found);
    if (this.span() !== this.spans[0].value) {
      out.set("since", gisgrid.dateOf(data, state.from));
      out.set("until", gisgrid.dateOf(data, state.to));
    }
    if (state.level && state.level !== (this.levels[this.levels.length - 1] || {}).key) out.set("level", state.level);
    if (state.by !== "count") out.set("by", state.by);
    if (state.view !== "heat") out.set("view", state.view);
    if (state.grid) out.set("grid", state.grid);
    const hash = out.toString();
    if (hash !== location.hash.slice(1)) history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  }

  // The span of days up to the present that is chosen, if it is one of those offered.
  span() {
    const { from, to } = this.state, days = this.data.time.days;
    if (to !== days) return null;
    const found = this.spans.find((span) => this.snapped({ from: Math.max(0, days - span.value), to }).from === from);
    return found ? found.value : null;
  }

  set(changes) {
    Object.assign(this.state, this.snapped({ ...this.state, ...changes }));
    this.shown();
    this.write();
    this.change(changes);
  }

  // Put the buttons to what is chosen.
  shown() {
    for (const [name, field] of Object.entries(this.fields))
      field.choose(name === "span" ? this.span() : this.state[name]);
  }

  // The address was changed by hand, or by a link on the page.
  reread() {
    this.state = this.snapped(this.read());
    this.shown();
    this.change(this.state);
  }

  field(name, zh, en, options) {
    const chosen = name === "span" ? this.span() : this.state[name];
    return (this.fields[name] = gisgrid.choice(name, zh, en, options, chosen, (value) =>
      this.set(name === "span" ? { from: Math.max(0, this.data.time.days - value), to: this.data.time.days } : { [name]: value })));
  }

  panel() {
    const { el, two } = gisgrid, { data } = this;
    const all = (value) => ({ value, zh: "全部", en: "all" });
    const first = [];
    if (data.categories.length)
      first.push(this.field("category", "类别", "category", [all(""), ...data.categories.map((one, i) =>
        ({ value: one.key, zh: one.zh, en: one.en, color: gisgrid.CATEGORY_COLORS[i % gisgrid.CATEGORY_COLORS.length] }))]));
    if (this.spans.length > 1) first.push(this.field("span", "时间", "time", this.spans));
    const told = (name, ...nodes) => (gisgrid.isTold(data, name) ? nodes : []);
    const more = el("details", { class: "more" }, el("summary", {}, two("更多筛选", "more filters")),
      ...told("severity", this.field("severity", "等级", "severity", [all(0), ...[...gisgrid.SEVERITY].map(([value, [zh, en]]) => ({ value, zh, en }))])),
      ...told("state", this.field("state", "状态", "state", [all(""), ...data.states.map(({ key }) => {
        const [zh, en] = gisgrid.STATES.get(key) || [key, ""];
        return { value: key, zh, en };
      })])),
      ...told("discovered", this.field("found", "怎么发现", "found by", [all("all"),
        { value: "reported", zh: "群众报告", en: "reported" }, { value: "discovered", zh: "巡查发现", en: "on patrol" }]),
        el("p", { class: "note" }, two("巡查去哪里，就在哪里发现；群众报告更能说明哪里有问题。",
        "Patrols find trouble where they go; reports say more of where it is."))));
    more.hidden = !["severity", "state", "discovered"].some((name) => gisgrid.isTold(data, name));
    more.open = Boolean(this.state.severity || this.state.state || this.state.found !== "all");
    return el("section", { class: "filters" }, ...first, more);
  }
};
