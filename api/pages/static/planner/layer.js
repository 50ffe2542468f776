// A canvas over the map, drawn anew when the map moves or something on it changes.

// World coordinates: web Mercator, the whole world 256 wide.
export const worldX = (lon) => (lon / 360 + 0.5) * 256;
export const worldY = (lat) => {
  const s = Math.sin((lat * Math.PI) / 180);
  return (0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)) * 256;
};
export const lon = (x) => (x / 256 - 0.5) * 360;
export const lat = (y) => (Math.atan(Math.sinh(Math.PI * (1 - y / 128))) * 180) / Math.PI;

export const CanvasLayer = L.Layer.extend({
  initialize(draw, options) {
    this._draw = draw;
    L.setOptions(this, options);
  },

  onAdd(map) {
    this._canvas = L.DomUtil.create("canvas", "drawn", map.getPane("overlayPane"));
    this._canvas.setAttribute("aria-hidden", "true");
    map.on("move moveend zoom zoomend resize viewreset", this.redraw, this);
    this.paint();
  },

  onRemove(map) {
    L.Util.cancelAnimFrame(this._frame);
    this._canvas.remove();
    map.off("move moveend zoom zoomend resize viewreset", this.redraw, this);
  },

  redraw() {
    if (!this._frame) this._frame = L.Util.requestAnimFrame(this.paint, this);
    return this;
  },

  paint() {
    this._frame = null;
    const map = this._map, canvas = this._canvas;
    if (!map) return;
    const size = map.getSize(), ratio = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
    if (canvas.width !== Math.round(size.x * ratio) || canvas.height !== Math.round(size.y * ratio)) {
      canvas.width = Math.round(size.x * ratio);
      canvas.height = Math.round(size.y * ratio);
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
    }
    const ctx = canvas.getContext("2d");
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, size.x, size.y);
    this._draw(ctx, viewOf(map));
  },
});

// How the world lies on the screen.
export function viewOf(map) {
  const size = map.getSize(), zoom = map.getZoom(), scale = 2 ** zoom;
  const corner = map.project(map.containerPointToLatLng([0, 0]), zoom);
  const west = corner.x / scale, north = corner.y / scale;
  return {
    size, zoom, scale, west, north, east: west + size.x / scale, south: north + size.y / scale,
    x: (world) => world * scale - corner.x,
    y: (world) => world * scale - corner.y,
    sees: ([w, n, e, s]) => w <= west + size.x / scale && e >= west && n <= north + size.y / scale && s >= north,
  };
}

// Trace rings of the world; vertices that no eye can tell apart are dropped.
export function trace(ctx, rings, view) {
  for (const ring of rings) {
    let px = Infinity, py = Infinity;
    for (let i = 0; i < ring.length; i += 2) {
      const x = view.x(ring[i]), y = view.y(ring[i + 1]);
      if (i && Math.abs(x - px) + Math.abs(y - py) < 0.7) continue;
      if (i) ctx.lineTo(x, y);
      else ctx.moveTo(x, y);
      px = x;
      py = y;
    }
    ctx.closePath();
  }
}

// Labels that do not cover one another; earlier ones win.
export class Labels {
  constructor(ctx) {
    this.ctx = ctx;
    this.taken = [];
  }

  put(text, x, y, { size = 13, weight = 700, color = "#17252f" } = {}) {
    const ctx = this.ctx;
    ctx.font = `${weight} ${size}px "Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",sans-serif`;
    const half = ctx.measureText(text).width / 2 + 3, tall = size * 0.7;
    const box = [x - half, y - tall, x + half, y + tall];
    if (this.taken.some((b) => b[0] < box[2] && b[2] > box[0] && b[1] < box[3] && b[3] > box[1])) return false;
    this.taken.push(box);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    ctx.lineWidth = 4;
    ctx.strokeStyle = "rgba(255,255,255,.92)";
    ctx.strokeText(text, x, y);
    ctx.fillStyle = color;
    ctx.fillText(text, x, y);
    return true;
  }
}
