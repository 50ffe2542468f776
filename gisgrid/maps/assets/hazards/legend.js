"use strict";
// What the colours mean, on the map itself; the numbers are those that the map was made with.
gisgrid.COUNT_COLORS = ["#fdf1d2", "#fbd79a", "#f6ad63", "#e67a3c", "#c8432b", "#8a1a2c"];
gisgrid.NONE_COLOR = "#f6f7f5";
gisgrid.UNKNOWN_COLOR = "#dfe3e2";

gisgrid.classOf = (steps, value) => {
  let k = -1;
  while (k + 1 < steps.length && value >= steps[k + 1]) k++;
  return k;
};

gisgrid.Legend = L.Control.extend({
  options: { position: "bottomleft" },

  initialize(data, options) {
    L.setOptions(this, options);
    this._data = data;
    this._node = gisgrid.el("div", { class: "legend", role: "img" });
  },

  onAdd() {
    return this._node;
  },

  density() {
    const { el, two, number } = gisgrid, { density } = this._data;
    const ramp = el("canvas", { class: "ramp" }), colors = Uint8ClampedArray.from(gisgrid.unpack(density.palette));
    ramp.width = 256;
    ramp.height = 1;
    ramp.getContext("2d").putImageData(new ImageData(colors, 256, 1), 0, 0);
    this._show("每公顷每年隐患数", "hazards per hectare and year", ramp,
      el("div", { class: "ticks" }, ...density.steps.map((step) => el("span", {}, number(step)))),
      el("p", {}, two(`半径 ${number(density.radius)} 米，颜色含义固定`, `radius ${number(density.radius)} m, fixed colours`)));
  },

  grids(level, by) {
    const { el, number } = gisgrid, steps = by === "rate" ? level.rates : level.counts;
    const items = steps.map((step, k) => {
      const next = steps[k + 1];
      const words = by === "rate" ? (next ? `${step}–${next}` : `≥ ${step}`)
        : next === undefined ? `≥ ${number(step)}` : next - 1 === step ? number(step) : `${number(step)}–${number(next - 1)}`;
      return el("li", {}, gisgrid.swatch(gisgrid.COUNT_COLORS[k]), words);
    });
    const ramp = el("ul", { class: "classes" }, ...items);
    if (by === "rate") this._show("每百户每年隐患数(稳健)", "per 100 households and year, steadied", ramp);
    else this._show("所选时间内隐患数", "hazards in the period", ramp);
  },

  _show(zh, en, ...parts) {
    this._node.setAttribute("aria-label", `图例 ${zh} / legend: ${en}`);
    this._node.replaceChildren(gisgrid.el("h2", {}, gisgrid.two(zh, en)), ...parts);
  },
});
