"use strict";
// The grids of a level with most hazards, or with the highest rate.
gisgrid.ranked = (level, numbers, rates, by) => {
  const all = [];
  for (let i = 0; i < level.codes.length; i++)
    if (numbers.count[i] > 0 && !(by === "rate" && Number.isNaN(rates[i])))
      all.push({ i, count: numbers.count[i], rate: rates[i], before: numbers.before ? numbers.before[i] : null });
  const rate = (one) => (Number.isNaN(one.rate) ? -1 : one.rate);
  const [first, second] = by === "rate" ? [rate, (one) => one.count] : [(one) => one.count, rate];
  return all.sort((a, b) => first(b) - first(a) || second(b) - second(a) || (level.codes[a.i] < level.codes[b.i] ? -1 : 1));
};

gisgrid.rateText = (rate) => (Number.isNaN(rate) ? "—" : rate >= 100 ? rate.toFixed(0) : rate.toPrecision(2));

// How many more or fewer than in as many days before.
gisgrid.changeOf = (count, before) => {
  const { el } = gisgrid;
  if (before === null) return el("span", { class: "change", title: "之前没有记录 / nothing on record before" }, "—");
  const more = count - before, sign = more > 0 ? "▲" : more < 0 ? "▼" : "＝";
  const words = more ? `${sign} ${Math.abs(more)}` : sign;
  return el("span", { class: "change " + (more > 0 ? "up" : more < 0 ? "down" : ""),
    title: `前一时段 ${before} / ${before} in the period before` }, words);
};

gisgrid.Ranking = class {
  constructor(data, filters, levels, pick) {
    const { el, section, two } = gisgrid;
    this.data = data;
    this.filters = filters;
    this.pick = pick;
    this.size = 10;
    this.list = el("ol", { class: "worst", id: "worst" });
    this.more = el("button", { type: "button", class: "plain" }, two("更多", "more"));
    this.more.addEventListener("click", () => {
      this.size += 20;
      this.again();
    });
    this.plan = el("div", { class: "plan" });
    this.note = el("p", { class: "note" });
    const levelNames = levels.map((level) => {
      const [zh, en] = gisgrid.LEVEL_NAMES[level.key];
      return { value: level.key, zh, en };
    });
    this.node = section("最严重的网格", "worst grids",
      el("div", { class: "pair" }, filters.field("level", "层级", "level", levelNames),
        filters.field("by", "按什么排", "ranked by", [
          { value: "count", zh: "数量", en: "count" }, { value: "rate", zh: "每百户", en: "per 100 homes" }])),
      this.list, this.more, this.note, this.plan);
  }

  show(level, ranked, hot) {
    this.level = level;
    this.ranked = ranked;
    this.hot = hot;
    this.again();
  }

  focus(code) {
    for (const button of this.list.querySelectorAll("button"))
      if (button.dataset.code === code) button.focus({ preventScroll: true });
  }

  again() {
    const { el, two, number } = gisgrid, { level, ranked, data } = this;
    const chosen = document.activeElement && this.list.contains(document.activeElement)
      ? document.activeElement.dataset.code : null;
    this.list.replaceChildren(...ranked.slice(0, this.size).map((one, k) => {
      const code = level.codes[one.i], parent = level.parents[level.parent[one.i]];
      const mark = this.hot.has(code) ? el("span", { class: "hot", title: "统计显著的热点(按群众报告) / statistically significant hot spot of what was reported" }, "热点 hot") : null;
      const button = el("button", { type: "button" }, el("b", { class: "rank" }, String(k + 1)),
        el("span", { class: "who" }, el("span", { class: "name" }, level.names[one.i]), mark,
          el("small", {}, parent || code)),
        el("span", { class: "much" }, el("b", {}, number(one.count)), gisgrid.changeOf(one.count, one.before),
          el("small", {}, gisgrid.rateText(one.rate) + " /百户·年")));
      button.dataset.code = code;
      button.addEventListener("click", () => this.pick(one.i));
      return el("li", {}, button);
    }));
    if (!ranked.length) this.list.append(el("li", { class: "none" }, two("所选时间内没有", "none in the period")));
    if (chosen) this.focus(chosen);
    this.more.hidden = ranked.length <= this.size;
    this.note.replaceChildren(two("▲▼ 与前一个同样长的时段相比；每百户按年折算，户数少的向平均数靠拢。",
      "▲▼ against as many days before; rates are scaled to a year, and steadied where households are few."));
    this.plan.replaceChildren(...(data.served && level.key === "micro" && ranked.length
      ? [gisgrid.patrolLink(this.filters.state, ranked.slice(0, 3).map((one) => level.codes[one.i]),
          `排今晚的巡逻：前 ${Math.min(3, ranked.length)} 个网格必去`, `plan tonight's patrol, the worst ${Math.min(3, ranked.length)} in it`)] : []));
  }
};

gisgrid.patrolLink = (state, codes, zh, en) => {
  const category = state.category ? `category=${encodeURIComponent(state.category)}&` : "";
  const href = `/patrols#${category}grids=${codes.map(encodeURIComponent).join(",")}`;
  return gisgrid.el("a", { class: "main", href }, gisgrid.two(zh, en));
};
