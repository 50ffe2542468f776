"use strict";
// Weighted rows: how many hazards of a kind lie in a bin on the ground in a step of time.

// The opposite of `pack_gaps`: ascending numbers from the steps between them, in Rice's code.
gisgrid.unpackGaps = ({ n, k, bits }) => {
  const out = new Float64Array(n), low = Math.pow(2, k);
  let at = 0, word = 0, left = 0, sum = 0;
  const bit = () => {
    if (!left) {
      word = gisgrid.DIGITS[bits.charCodeAt(at++)];
      left = 6;
    }
    return (word >> --left) & 1;
  };
  for (let i = 0; i < n; i++) {
    let upper = 0, lower = 0;
    while (bit()) upper++;
    for (let j = 0; j < k; j++) lower = 2 * lower + bit();
    out[i] = sum += upper * low + lower;
  }
  return out;
};

// The columns of `gisgrid.Rows`, from what `packed_bins` wrote.
gisgrid.unbin = (raw) => {
  const numbers = gisgrid.unpackGaps(raw.gaps), days = gisgrid.unpack(raw.days);
  const kinds = gisgrid.unpackDeltas(raw.kinds, 5).length / 5, codes = kinds * days.length;
  const places = gisgrid.places(raw);
  let size = 0;
  for (let i = 0; i < numbers.length; i++) if (i === 0 || numbers[i] !== numbers[i - 1]) size++;
  const out = { size, hour: null, xs: new Float64Array(size), ys: new Float64Array(size), kind: new Uint16Array(size),
    day: new Int32Array(size), n: new Int32Array(size), owners: {} };
  for (const level of Object.keys(places.owners)) out.owners[level] = new Int32Array(size);
  for (let i = 0, row = -1; i < numbers.length; i++) {
    const number = numbers[i];
    if (i === 0 || number !== numbers[i - 1]) {
      const code = number % codes, place = (number - code) / codes;
      row++;
      out.xs[row] = places.xs[place];
      out.ys[row] = places.ys[place];
      out.kind[row] = Math.floor(code / days.length);
      out.day[row] = days[code % days.length];
      for (const [level, owners] of Object.entries(places.owners)) out.owners[level][row] = owners[place];
    }
    out.n[row]++;
  }
  return out;
};

// Where the bins are, and who owns what lies in them. A bin's number has the bits of its column
// and its row in turn.
gisgrid.places = (raw) => {
  const cells = gisgrid.unpackGaps(raw.cells), owner = gisgrid.unpackDeltas(raw.owner, 1);
  const out = { xs: new Float64Array(cells.length), ys: new Float64Array(cells.length), owners: {} };
  for (let i = 0; i < cells.length; i++) {
    let column = 0, row = 0;
    for (let rest = cells[i], bit = 1; rest >= 1; rest = Math.floor(rest / 4), bit *= 2) {
      column += bit * (rest % 2);
      row += bit * (Math.floor(rest / 2) % 2);
    }
    out.xs[i] = gisgrid.worldX(raw.corner[0] + (column + 0.5) * raw.side[0]);
    out.ys[i] = gisgrid.worldY(raw.corner[1] + (row + 0.5) * raw.side[1]);
  }
  for (const [level, text] of Object.entries(raw.owners)) {
    const codes = gisgrid.unpackDeltas(text, 1);
    out.owners[level] = Int32Array.from(owner, (at) => codes[at]);
  }
  return out;
};

// The days at which steps of time begin, and the end of the last one; null where a step is a day.
gisgrid.boundaries = (data) => {
  if (!data.rows || !data.rows.step || data.rows.step === "day") return null;
  const starts = Array.from(gisgrid.unpack(data.rows.days)).filter((day) => day > 0);
  return [0, ...starts, data.time.days];
};
