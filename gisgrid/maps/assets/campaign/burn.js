"use strict";
// What is left day by day, beside the plan.
gisgrid.BurnChart = class {
  // days of the campaign, phases in days, planned: what is to be left of all at the end of each
  // day, in ten-thousandths; known: the last day that is known; date: of a day; pick: of a click.
  constructor({ days, phases, planned, known, date, pick }) {
    Object.assign(this, { days, phases, planned, known, date });
    this.node = this.svg("svg", { class: "burn", viewBox: "0 0 300 156", role: "img", "aria-label": "剩余数量与计划 / number left and planned" });
    this.cursor = this.svg("path", { stroke: "#0b5563", "stroke-width": 1.5, fill: "none" });
    this.spot = this.svg("circle", { r: 4.5, fill: "#0b5563" });
    this.node.addEventListener("click", (event) => {
      const box = this.node.getBoundingClientRect(), x = ((event.clientX - box.left) / box.width) * 300;
      pick(Math.round(((x - 34) / 262) * (days - 1)));
    });
  }

  svg(tag, attributes, text) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (text !== undefined) node.textContent = text;
    return node;
  }

  x(day) {
    return 34 + (262 * day) / Math.max(1, this.days - 1);
  }

  y(count) {
    return 132 - (116 * count) / Math.max(1, this.total);
  }

  line(last, left, style) {
    let path = "";
    for (let day = 0; day <= last; day++) path += `${day ? "L" : "M"}${this.x(day).toFixed(1)} ${this.y(left(day)).toFixed(1)}`;
    return this.svg("path", { d: path, fill: "none", "stroke-linejoin": "round", ...style });
  }

  // Draw the items of which doneBy[day] were done at the end of each day.
  draw(doneBy, total) {
    this.total = total;
    this.doneBy = doneBy;
    const parts = this.phases.map((phase, i) => {
      const from = this.x(Math.max(0, phase.starts)), to = this.x(Math.min(this.days - 1, phase.ends));
      return this.svg("rect", { x: from, y: 12, width: Math.max(0, to - from), height: 120, fill: i % 2 ? "#e9f1ef" : "#f5f7f6" });
    });
    for (const count of new Set([0, Math.round(total / 2), total])) {
      parts.push(this.svg("path", { d: `M34 ${this.y(count)}H296`, stroke: "#d8dfe2", fill: "none" }));
      parts.push(this.svg("text", { x: 29, y: this.y(count) + 4, "text-anchor": "end" }, gisgrid.number(count)));
    }
    if (this.planned.length)
      parts.push(this.line(this.days - 1, (day) => (total * this.planned[day]) / 10000,
        { class: "planned", stroke: "#51626b", "stroke-width": 1.8, "stroke-dasharray": "5 4" }));
    parts.push(this.line(this.known, (day) => total - doneBy[day], { class: "actual", stroke: "#c2410c", "stroke-width": 2.5 }));
    parts.push(this.svg("text", { x: 34, y: 150 }, this.date(0)), this.svg("text", { x: 296, y: 150, "text-anchor": "end" }, this.date(this.days - 1)));
    this.node.replaceChildren(...parts, this.cursor, this.spot);
  }

  point(day) {
    this.cursor.setAttribute("d", `M${this.x(day)} 12V132`);
    this.spot.setAttribute("cx", this.x(day));
    this.spot.setAttribute("cy", this.y(this.total - this.doneBy[day]));
  }
};
