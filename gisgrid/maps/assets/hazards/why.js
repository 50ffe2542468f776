"use strict";
// One grid: how much, why, and the list.
gisgrid.Why = class {
  constructor(data, filters, source, map, close) {
    this.data = data;
    this.filters = filters;
    this.source = source;
    this.map = map;
    this.close = close;
    this.node = gisgrid.el("section", { class: "why", id: "why", hidden: true, tabIndex: -1 });
    this.categories = new Map(data.categories.map((one) => [one.key, one]));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.node.hidden) this.close();
    });
  }

  async show(level, i, standing) {
    const { el, two } = gisgrid, turn = (this.turn = {});
    const found = await this.source.why(this.filters.state, level, i);
    const listed = await this.source.list(this.filters.state, level, i);
    if (this.turn !== turn) return;
    const back = el("button", { type: "button", class: "plain" }, "← ", two("返回", "back"));
    back.addEventListener("click", this.close);
    this.items = el("ul", { class: "items" }, ...listed.items.map((item) => this.item(item)));
    this.node.replaceChildren(...[back, this.head(level, i, found, standing), this.plan(level, i), this.reasons(found),
      gisgrid.section("隐患", "hazards", found.total ? this.items : null, this.moreItems(level, i, listed.next))].filter(Boolean));
    this.node.hidden = false;
  }

  hide() {
    this.turn = null;
    this.node.hidden = true;
  }

  head(level, i, found, standing) {
    const { el, two, number } = gisgrid;
    const facts = [[two("隐患", "hazards"), el("span", {}, number(found.total), " ", standing.change)],
      [two("每百户每年", "per 100 homes, year"), gisgrid.rateText(standing.rate)],
      [two("户数", "households"), level.households[i] < 0 ? "—" : number(level.households[i])],
      [two("名次", "rank"), standing.rank ? `${standing.rank} / ${number(level.codes.length)}` : "—"],
      [two("未整改", "open"), found.open === null ? "—" : number(found.open)]];
    return el("div", {}, el("h2", { class: "title" }, level.names[i]), el("p", { class: "code" }, level.codes[i]),
      standing.hot ? el("p", { class: "hot-line" }, two("统计显著的热点(按群众报告)：周围也高，不像偶然。", "A significant hot spot of what was reported: high around it too, hardly by chance.")) : null,
      gisgrid.rows(facts));
  }

  plan(level, i) {
    return this.data.served && level.key === "micro"
      ? gisgrid.patrolLink(this.filters.state, [level.codes[i]], "排今晚的巡逻：这里必去", "plan tonight's patrol, this one in it") : null;
  }

  reasons(found) {
    const { el, two, section } = gisgrid;
    if (!found.total) return null;
    const parts = [gisgrid.bars(found.subjects)];
    if (found.hours && found.hours.some(Boolean))
      parts.push(gisgrid.columns("几点", "by hour", found.hours, (k) => (k % 6 ? "" : String(k)), (k) => `${k}–${k + 1} 时`));
    if (found.weekdays.some(Boolean))
      parts.push(gisgrid.columns("星期几", "by weekday", found.weekdays, (k) => "一二三四五六日"[k], (k) => "星期" + "一二三四五六日"[k]));
    if (found.places.length) parts.push(el("h3", {}, two("一再出现的地方", "places that come up again")),
      el("ul", { class: "items" }, ...found.places.map((spot) => this.spot(spot))));
    if (found.reported === null) return section("为什么", "why", ...parts);
    const share = Math.round((100 * found.reported) / found.total);
    const split = el("div", { class: "split", role: "img", "aria-label": `群众报告 ${share}% / reported ${share}%` }, el("i"));
    split.firstChild.style.width = share + "%";
    parts.push(el("h3", {}, two("怎么发现", "how they were found")), split,
      el("p", { class: "ends-of-split" }, two(`群众报告 ${found.reported}`, "reported"), two(`巡查发现 ${found.discovered}`, "on patrol")));
    return section("为什么", "why", ...parts);
  }

  spot(spot) {
    const { el, two } = gisgrid;
    const button = el("button", { type: "button" }, el("span", {}, spot.near || two("看地图上的位置", "show on the map")),
      el("b", {}, `${spot.count} 处`));
    button.addEventListener("click", () => this.map.setView(gisgrid.latLng(spot.x, spot.y), 17));
    return el("li", {}, button);
  }

  item(item) {
    const { el } = gisgrid;
    const button = el("button", { type: "button", class: "item" }, gisgrid.itemCard(this.data, this.categories, item));
    button.addEventListener("click", () => this.map.setView(gisgrid.latLng(item.x, item.y), 17));
    return el("li", {}, button);
  }

  moreItems(level, i, next) {
    const { el, two } = gisgrid;
    if (!next) return null;
    const more = el("button", { type: "button", class: "plain" }, two("更多", "more"));
    more.addEventListener("click", async () => {
      const listed = await this.source.list(this.filters.state, level, i, next);
      const fresh = listed.items.map((item) => this.item(item));
      this.items.append(...fresh);
      if (fresh.length) fresh[0].firstChild.focus({ preventScroll: true });
      const again = this.moreItems(level, i, listed.next);
      if (again) more.replaceWith(again);
      else more.remove();
    });
    return more;
  }
};

gisgrid.itemCard = (data, categories, item) => {
  const { el, two } = gisgrid, category = categories.get(item.category);
  const at = data.categories.indexOf(category), colors = gisgrid.CATEGORY_COLORS;
  const state = gisgrid.STATES.get(item.state) || [item.state, ""], grave = gisgrid.SEVERITY.get(item.severity) || ["—", ""];
  return el("span", { class: "what" }, gisgrid.swatch(colors[Math.max(0, at) % colors.length], "dot"),
    el("b", {}, item.subject || (category ? category.zh : "—")), item.n > 1 ? ` ×${item.n}` : null,
    el("small", {}, item.found || "—", " · ", two(...grave), " · ", two(...state), " · ",
      item.discovered === null ? null : item.discovered ? two("巡查发现", "on patrol") : two("群众报告", "reported")));
};

gisgrid.bars = (counted) => {
  const { el, number } = gisgrid, most = counted.length ? counted[0].count : 1;
  return el("div", { class: "bars" }, ...counted.map(({ name, count }) => {
    const bar = el("i");
    bar.style.width = (100 * count) / most + "%";
    return el("div", {}, bar, el("span", {}, name || "—"), el("b", {}, number(count)));
  }));
};

gisgrid.columns = (zh, en, values, tick, name) => {
  const { el, two } = gisgrid, most = Math.max(1, ...values);
  const peak = values.indexOf(most);
  const said = `${zh}：最多在${name(peak)}，${most} 处 / ${en}: most at ${peak}`;
  return el("div", {}, el("h3", {}, two(zh, en), el("small", {}, ` ${name(peak)}最多`)),
    el("div", { class: "columns", role: "img", "aria-label": said }, ...values.map((value, k) => {
      const bar = el("i", { title: `${name(k)} ${value}` });
      bar.style.height = (100 * value) / most + "%";
      return el("span", {}, el("span", { class: "tall" }, bar), el("small", {}, tick(k)));
    })));
};
