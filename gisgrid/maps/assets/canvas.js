"use strict";
// One canvas that is drawn anew whenever the map rests; Leaflet scales it while zooming.
gisgrid.Canvas = L.Renderer.extend({
  options: { padding: 0.15 },

  initialize(draw, options) {
    L.Renderer.prototype.initialize.call(this, options);
    this._draw = draw;
  },
  _initContainer() {
    this._container = gisgrid.el("canvas", { class: "drawn" });
    this._ctx = this._container.getContext("2d");
  },
  _destroyContainer() {
    L.Util.cancelAnimFrame(this._frame);
    this._container.remove();
    delete this._container;
  },
  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    this._paint();
  },
  _paint() {
    this._frame = null;
    if (!this._map || !this._bounds) return;
    const size = this._bounds.getSize(), ratio = window.devicePixelRatio || 1;
    const canvas = this._container, ctx = this._ctx;
    L.DomUtil.setPosition(canvas, this._bounds.min);
    canvas.width = Math.round(size.x * ratio);
    canvas.height = Math.round(size.y * ratio);
    canvas.style.width = size.x + "px";
    canvas.style.height = size.y + "px";
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    const corner = this._map.getPixelOrigin().add(this._bounds.min);
    const scale = Math.pow(2, this._map.getZoom());
    this._draw(ctx, {
      scale, size, zoom: this._map.getZoom(),
      x: (world) => world * scale - corner.x,
      y: (world) => world * scale - corner.y,
      west: corner.x / scale, north: corner.y / scale,
      east: (corner.x + size.x) / scale, south: (corner.y + size.y) / scale,
    });
  },
  redraw() {
    if (!this._frame) this._frame = L.Util.requestAnimFrame(this._paint, this);
    return this;
  },
});

gisgrid.grow = (box, w, n, e, s) => {
  box[0] = Math.min(box[0], w);
  box[1] = Math.min(box[1], n);
  box[2] = Math.max(box[2], e);
  box[3] = Math.max(box[3], s);
};

// Polygons as rings of shared arcs.
gisgrid.Coverage = class {
  constructor(data) {
    const lengths = gisgrid.unpack(data.arcs), xy = gisgrid.unpackDeltas(data.points, 2);
    this.arcs = [];
    this.boxes = [];
    let at = 0;
    for (const length of lengths) {
      const arc = new Float64Array(2 * length), box = [Infinity, Infinity, -Infinity, -Infinity];
      for (let i = 0; i < length; i++, at += 2) {
        const x = gisgrid.worldX(xy[at] * data.quantum), y = gisgrid.worldY(xy[at + 1] * data.quantum);
        arc[2 * i] = x;
        arc[2 * i + 1] = y;
        gisgrid.grow(box, x, y, x, y);
      }
      this.arcs.push(arc);
      this.boxes.push(box);
    }
    const refs = gisgrid.unpack(data.refs), rings = gisgrid.unpack(data.rings);
    let ref = 0, ring = 0;
    this.polygons = gisgrid.unpack(data.polygons).map((count) => {
      const out = [];
      for (const end = ring + count; ring < end; ring++) out.push(refs.slice(ref, (ref += rings[ring])));
      return out;
    });
    this.bounds = this.polygons.map((parts) => {
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      for (const part of parts) for (const r of part) gisgrid.grow(box, ...this.boxes[r < 0 ? -1 - r : r]);
      return box;
    });
  }

  // The vertices of each arc on the screen, those dropped that no eye can tell apart. An arc is
  // thinned once for both its sides, so that they still meet.
  screen(view) {
    const made = new Array(this.arcs.length);
    return (index) => {
      if (made[index]) return made[index];
      const arc = this.arcs[index], out = [], last = arc.length - 2;
      let px = Infinity, py = Infinity;
      for (let i = 0; i <= last; i += 2) {
        const x = view.x(arc[i]), y = view.y(arc[i + 1]);
        if (i === 0 || i === last || Math.abs(x - px) + Math.abs(y - py) > 1.2) {
          out.push(x, y);
          px = x;
          py = y;
        }
      }
      return (made[index] = out);
    };
  }

  visible(index, view) {
    const [w, n, e, s] = this.bounds[index];
    return w <= view.east && e >= view.west && n <= view.south && s >= view.north;
  }

  trace(ctx, index, screen) {
    for (const ring of this.polygons[index]) {
      let first = true;
      for (const ref of ring) {
        const p = screen(ref < 0 ? -1 - ref : ref), n = p.length;
        for (let k = first ? 0 : 2; k < n; k += 2) {
          const i = ref < 0 ? n - 2 - k : k;
          if (first) ctx.moveTo(p[i], p[i + 1]);
          else ctx.lineTo(p[i], p[i + 1]);
          first = false;
        }
      }
      ctx.closePath();
    }
  }

  lines(ctx, set, screen, view) {
    ctx.beginPath();
    for (const index of set) {
      const [w, n, e, s] = this.boxes[index];
      if (w > view.east || e < view.west || n > view.south || s < view.north) continue;
      const p = screen(index);
      ctx.moveTo(p[0], p[1]);
      for (let i = 2; i < p.length; i += 2) ctx.lineTo(p[i], p[i + 1]);
    }
    ctx.stroke();
  }

  arcsOf(from, to) {
    const set = new Set();
    for (let i = from; i < to; i++)
      for (const ring of this.polygons[i]) for (const r of ring) set.add(r < 0 ? -1 - r : r);
    return set;
  }

  contains(index, x, y) {
    const [w, n, e, s] = this.bounds[index];
    if (x < w || x > e || y < n || y > s) return false;
    let inside = false;
    for (const ring of this.polygons[index])
      for (const ref of ring) {
        const a = this.arcs[ref < 0 ? -1 - ref : ref];
        for (let i = 2; i < a.length; i += 2)
          if (a[i - 1] > y !== a[i + 1] > y &&
              x < a[i - 2] + ((y - a[i - 1]) / (a[i + 1] - a[i - 1])) * (a[i] - a[i - 2])) inside = !inside;
      }
    return inside;
  }

  latLngBounds(index) {
    const [w, n, e, s] = this.bounds[index];
    return L.latLngBounds(gisgrid.latLng(w, s), gisgrid.latLng(e, n));
  }
};

// Labels that do not cover one another; earlier ones win.
gisgrid.Labels = class {
  constructor(ctx) {
    this.ctx = ctx;
    this.taken = [];
  }
  put(text, x, y, size, color, weight) {
    const ctx = this.ctx;
    ctx.font = `${weight || 500} ${size}px "Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",sans-serif`;
    const half = ctx.measureText(text).width / 2 + 3, tall = size * 0.7;
    const box = [x - half, y - tall, x + half, y + tall];
    if (this.taken.some((b) => b[0] < box[2] && b[2] > box[0] && b[1] < box[3] && b[3] > box[1])) return false;
    this.taken.push(box);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    ctx.lineWidth = 3.5;
    ctx.strokeStyle = "rgba(255,255,255,.9)";
    ctx.strokeText(text, x, y);
    ctx.fillStyle = color;
    ctx.fillText(text, x, y);
    return true;
  }
};
