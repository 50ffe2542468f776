"use strict";
// Density of rows: bins on the ground, spread by a bell curve measured in metres, in hazards per
// hectare and year, coloured by the palette that the server's tiles have too.
gisgrid.Heat = class {
  constructor(rows, density) {
    this.rows = rows;
    this.density = density;
    const colors = gisgrid.unpack(density.palette);
    this.palette = Uint8ClampedArray.from(colors);
    this.image = gisgrid.el("canvas");
    this.frame = this.framed();
    if (this.frame) this.kernel = this.curve();
  }

  // Bins of two fifths of the curve's deviation; wider ones where there would be too many.
  framed() {
    const { xs, ys, size } = this.rows, most = 1e6;
    if (!size) return null;
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < size; i++) gisgrid.grow(box, xs[i], ys[i], xs[i], ys[i]);
    const [west, north, east, south] = box;
    const metre = gisgrid.perMetre(gisgrid.latLng((west + east) / 2, (north + south) / 2).lat);
    const sigma = this.density.sigma * metre, edge = 3 * sigma;
    const area = (east - west + 2 * edge) * (south - north + 2 * edge);
    const cell = Math.max(0.4 * sigma, Math.sqrt(area / most));
    return { cell, sigma, west: west - edge, north: north - edge,
      width: Math.ceil((east - west + 2 * edge) / cell) + 1, height: Math.ceil((south - north + 2 * edge) / cell) + 1,
      hectares: Math.pow(cell / metre, 2) / 1e4 };
  }

  curve() {
    const { sigma, cell } = this.frame, half = Math.ceil((3 * sigma) / cell);
    const out = new Float32Array(2 * half + 1);
    let sum = 0;
    for (let k = -half; k <= half; k++) sum += out[k + half] = Math.exp(-0.5 * Math.pow((k * cell) / sigma, 2));
    return out.map((weight) => weight / sum);
  }

  values(years) {
    const { cell, west, north, width, height, hectares } = this.frame, { xs, ys, n, kept, size } = this.rows;
    const bins = new Float32Array(width * height), weight = 1 / (hectares * years);
    for (let i = 0; i < size; i++)
      if (kept[i] === 1) bins[Math.floor((ys[i] - north) / cell) * width + Math.floor((xs[i] - west) / cell)] += n[i] * weight;
    const across = this.spread(bins, width, height, 1, width);
    return this.spread(across, height, width, width, 1);
  }

  // Bins are few where anything lies: each is spread to its neighbours, and empty ones cost nothing.
  spread(from, length, lines, step, line) {
    const to = new Float32Array(from.length), kernel = this.kernel, half = (kernel.length - 1) / 2;
    for (let k = 0; k < lines; k++)
      for (let i = 0; i < length; i++) {
        const value = from[k * line + i * step];
        if (value === 0) continue;
        const first = Math.max(0, i - half), last = Math.min(length - 1, i + half);
        for (let j = first; j <= last; j++) to[k * line + j * step] += value * kernel[j - i + half];
      }
    return to;
  }

  picture(years) {
    if (!this.frame) return;
    const { width, height } = this.frame, steps = this.density.steps;
    this.image.width = width;
    this.image.height = height;
    const ctx = this.image.getContext("2d"), pixels = ctx.createImageData(width, height);
    const words = new Uint32Array(pixels.data.buffer), colors = new Uint32Array(this.palette.buffer);
    const least = steps[0] / 2, scale = 254 / Math.log(steps[steps.length - 1] / least);
    const values = this.values(years);
    for (let i = 0; i < values.length; i++)
      if (values[i] >= least) words[i] = colors[Math.min(255, 1 + Math.round(scale * Math.log(values[i] / least)))];
    ctx.putImageData(pixels, 0, 0);
  }

  draw(ctx, view) {
    if (!this.frame) return;
    const { west, north, width, height, cell } = this.frame;
    ctx.imageSmoothingQuality = "high";
    ctx.drawImage(this.image, view.x(west), view.y(north), width * cell * view.scale, height * cell * view.scale);
  }
};
