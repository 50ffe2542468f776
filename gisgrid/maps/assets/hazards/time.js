"use strict";
// The days that are shown: two ends to drag, a picture of how many were found when, and play.
gisgrid.TimeSlider = class {
  constructor(data, filters) {
    const { el } = gisgrid, days = data.time.days;
    this.data = data;
    this.filters = filters;
    this.perDay = gisgrid.unpack(data.time.per_day);
    this.said = el("output", { id: "period" });
    this.bars = el("canvas", { class: "bars-of-time", "aria-hidden": "true" });
    const end = (zh, en, edge) => {
      const input = el("input", { type: "range", min: "0", max: String(days), step: "1",
        class: edge, "aria-label": `${zh} / ${en}` });
      input.addEventListener("input", () => this.drag(edge, Number(input.value)));
      return input;
    };
    this.start = end("从哪天", "first day", "from");
    this.stop = end("到哪天", "last day", "to");
    this.button = el("button", { type: "button", id: "play" });
    this.button.addEventListener("click", () => (this.playing ? this.rest() : this.play()));
    this.node = el("div", { class: "time span-of-time", role: "group", "aria-label": "时间 / time" }, this.button,
      el("div", { class: "slide" }, this.bars, el("div", { class: "ends" }, this.start, this.stop)), this.said);
    this.rest();
    this.shown();
    new ResizeObserver(() => this.paint()).observe(this.bars);
  }

  drag(edge, value) {
    this.rest();
    const { from, to } = this.filters.state, days = this.data.time.days;
    if (edge === "from") this.filters.set({ from: Math.min(value, days - 1), to: Math.max(to, value + 1) });
    else this.filters.set({ from: Math.min(from, Math.max(0, value - 1)), to: Math.max(1, value) });
  }

  // The span walks over the days, as far each time as it takes to see it move.
  async play() {
    const days = this.data.time.days, { from, to } = this.filters.state;
    const span = to - from < days ? to - from : Math.max(1, Math.min(30, Math.floor(days / 6)));
    const step = Math.max(1, Math.round(span / 4)), run = (this.playing = {});
    this.say("⏸", "停止 / stop");
    let at = to >= days ? 0 : from;
    while (this.playing === run) {
      await this.filters.set({ from: at, to: Math.min(days, at + span) });
      await new Promise((go) => setTimeout(go, 350));
      if (at + span >= days) break;
      at = Math.min(days - span, at + step);
    }
    if (this.playing === run) this.rest();
  }

  rest() {
    this.playing = null;
    this.say("▶", "播放 / play");
  }

  say(sign, words) {
    this.button.textContent = sign;
    this.button.setAttribute("aria-label", words);
  }

  shown() {
    const { from, to } = this.filters.state, date = (day) => gisgrid.dateOf(this.data, day);
    this.start.value = String(from);
    this.stop.value = String(to);
    this.start.setAttribute("aria-valuetext", date(from));
    this.stop.setAttribute("aria-valuetext", date(to - 1));
    this.said.replaceChildren(`${date(from)} – ${date(to - 1)}`, gisgrid.el("small", {}, ` ${to - from} 天 days`));
    this.paint();
  }

  paint() {
    const canvas = this.bars, ratio = window.devicePixelRatio || 1, days = this.data.time.days;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (!width || !days) return;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const ctx = canvas.getContext("2d"), { from, to } = this.filters.state;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    const each = Math.max(1, Math.ceil(days / (width / 7))), sums = [];
    this.perDay.forEach((n, day) => (sums[Math.floor(day / each)] = (sums[Math.floor(day / each)] || 0) + n));
    const most = Math.max(1, ...sums);
    for (let k = 0; k < sums.length; k++) {
      const inside = k * each < to && (k + 1) * each > from, tall = (sums[k] || 0) / most * (height - 2);
      ctx.fillStyle = inside ? "#0f6b6b" : "#c3cdd1";
      ctx.fillRect((k * each * width) / days, height - tall, Math.max(1, (each * width) / days - 1.5), tall);
    }
  }
};
