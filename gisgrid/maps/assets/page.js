"use strict";
// What every map shares: reading the data, making elements, moving about.
// Text of users becomes text nodes only; nothing here parses it as HTML.
const gisgrid = (() => {
  const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const VALUE = new Uint8Array(128);
  for (let i = 0; i < 64; i++) VALUE[ALPHABET.charCodeAt(i)] = i;

  function unpack(text) {
    const out = [];
    for (let at = 0; at < text.length; ) {
      let value = 0, shift = 0, digit;
      do {
        digit = VALUE[text.charCodeAt(at++)];
        value |= (digit & 31) << shift;
        shift += 5;
      } while (digit & 32);
      out.push((value >>> 1) ^ -(value & 1));
    }
    return out;
  }

  function unpackDeltas(text, width) {
    const out = unpack(text);
    for (let i = width; i < out.length; i++) out[i] += out[i - width];
    return out;
  }

  const read = () => JSON.parse(document.getElementById("data").textContent);

  function el(tag, options, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(options || {})) {
      if (key === "class") node.className = value;
      else if (key in node && typeof value !== "string") node[key] = value;
      else node.setAttribute(key, value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }

  const two = (zh, en) => el("span", { class: "two" }, zh, " ", el("small", { lang: "en" }, en));
  const number = (value) => Number(value).toLocaleString("en-US");
  const section = (zh, en, ...children) =>
    el("section", {}, el("h2", {}, two(zh, en)), ...children);

  function rows(pairs) {
    const list = el("dl", { class: "facts" });
    for (const [label, value] of pairs) list.append(el("dt", {}, label), el("dd", {}, value));
    return list;
  }

  function swatch(color, kind) {
    const node = el("i", { class: "swatch " + (kind || "") });
    node.style.setProperty("--swatch", color);
    return node;
  }

  // World coordinates: web Mercator, the whole world 256 wide.
  const worldX = (lon) => (lon / 360 + 0.5) * 256;
  const worldY = (lat) => {
    const s = Math.sin((lat * Math.PI) / 180);
    return (0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)) * 256;
  };
  const latLng = (x, y) =>
    L.latLng((Math.atan(Math.sinh(Math.PI * (1 - y / 128))) * 180) / Math.PI, (x / 256 - 0.5) * 360);
  // World units to a metre at a latitude.
  const perMetre = (lat) => 256 / (40075016.7 * Math.cos((lat * Math.PI) / 180));

  // Names without what they all begin with: on the map it would only be repeated.
  function shortened(names) {
    if (names.length < 2) return names;
    let same = 0;
    while (names.every((name) => name.length > same + 1 && name[same] === names[0][same])) same++;
    while (same && /[0-9A-Za-z第]/.test(names[0][same - 1])) same--;
    return same > 1 ? names.map((name) => name.slice(same)) : names;
  }

  function asText(text) {
    const node = document.createElement("i");
    node.textContent = text;
    return node.innerHTML;
  }

  function start(map, data) {
    map.options.maxZoom = 21;
    map.setMinZoom(3);
    const wide = window.matchMedia("(min-width: 721px)").matches;
    const fold = document.getElementById("fold");
    const open = (yes) => {
      document.body.classList.toggle("folded", !yes);
      fold.setAttribute("aria-expanded", String(yes));
    };
    fold.addEventListener("click", () => open(document.body.classList.contains("folded")));
    if (!wide) open(false);
    map.invalidateSize();
    map.fitBounds(data.bounds, { padding: [12, 12], animate: false });
    L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
    if (data.tiles) {
      L.tileLayer(data.tiles.url, { maxZoom: 21, maxNativeZoom: 18 }).addTo(map);
      L.control.attribution({ prefix: false }).addTo(map).addAttribution(asText(data.tiles.attribution));
    }
    new ResizeObserver(() => map.invalidateSize()).observe(document.getElementById("stage"));
    return document.getElementById("panel");
  }

  return { DIGITS: VALUE, unpack, unpackDeltas, read, el, two, number, section, rows, swatch,
    worldX, worldY, latLng, perMetre, shortened, start };
})();
