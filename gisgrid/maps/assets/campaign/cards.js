"use strict";
// What is said of a building, an item or a place that was clicked: figures and evidence.
gisgrid.campaignCards = (data, date) => {
  const { el, two, number, rows } = gisgrid;
  const STAGES = { before: two("整治前", "before"), during: two("整治中", "during"), after: two("整治后", "after") };

  function evidence(found) {
    if (!found.length) return null;
    return el("ul", { class: "evidence" }, ...found.map((one) =>
      el("li", {}, el("b", {}, STAGES[one.stage].cloneNode(true), ` ${date(one.day)}`), one.note ? el("p", {}, one.note) : null,
        el("small", {}, [one.author, one.file].filter(Boolean).join(" · ")),
        one.digest ? el("small", { class: "digest" }, `SHA-256 ${one.digest}`) : null)));
  }

  // own: for each kind of items on it [task, items, done].
  function building(house, floors, own, found) {
    const facts = [[two("层数", "floors"), floors < 0 ? "—" : number(floors)]];
    for (const [task, count, gone] of own)
      facts.push([two(task.item_zh, task.item_en), number(count)], [two(task.done_zh, task.done_en), number(gone)],
        [two("剩余", "left"), number(count - gone)]);
    return el("div", { class: "card" }, el("h3", {}, data.buildings.names[house]), rows(facts), evidence(found));
  }

  function item(id, name, task, day, found) {
    return el("div", { class: "card" }, el("h3", {}, name || id), name ? el("p", { class: "code" }, id) : null,
      rows([[two(task.item_zh, task.item_en), day < 0 ? two("未完成", "not done") : el("span", {}, two(task.done_zh, task.done_en), ` ${date(day)}`)]]),
      evidence(found));
  }

  const place = (found) => el("div", { class: "card" }, el("h3", {}, two("现场", "evidence")), evidence(found));

  return { building, item, place };
};
