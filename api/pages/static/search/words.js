// What answers about places are said with: Chinese first, English beside.

export const LEVELS = {
  area: ["街镇区域网格", "area grid"],
  unit: ["村级单元网格", "unit grid"],
  micro: ["村居微网格", "micro-grid"],
  police: ["派出所辖区", "police area"],
};

export const POINT_STATUS = {
  inside: ["在网格内", "inside a grid"],
  border: ["在网格边界上，归编码在前者", "on a border: the first by code owns it"],
  outside: ["不在任何网格内", "outside every grid"],
};

export const ADDRESS_STATUS = {
  found: ["找到了", "found"],
  ambiguous: ["拿不准，请选一个", "not sure: choose one"],
  unknown: ["查无此址", "no such address"],
  outside: ["不在本区", "not in this district"],
};

export const REASONS = {
  "no-such-number": ["有这个地方，没有这个号；不拿邻号代替。", "The place is known, the number is not; a neighbour is not taken for it."],
  "no-such-name": ["没有这个路名、小区或村居。", "There is no such road, estate or village."],
  "no-such-crossing": ["这两条路不相交。", "These roads do not meet."],
  "other-district": ["写的是别的区、市或省。", "It names another district, city or province."],
  near: ["只说了在它附近，没说就是它。", "It says what it is near, not where it is."],
  "no-number": ["没有写门牌号。", "It says no number."],
  many: ["不止一处符合。", "Several addresses fit."],
  unsure: ["没有一处有把握。", "None is certain enough."],
  empty: ["没有读出地址。", "No address was read in it."],
};

// How probable it is; certainty is never claimed.
export function percent(score) {
  if (score > 0.995) return ">99%";
  return score < 0.005 ? "<1%" : `${Math.round(100 * score)}%`;
}

// What had to be overlooked, as matching calls it.
const DIFFERS = ["名称有出入", "the name differs"];
const SLIPS = ["sound", "near-sound", "sounds", "shape", "part", "character", "two", "missing", "extra", "doubled", "stem", "short", "other-name", "other-place", "other-kind"];
const TOWN = ["写的是别的街镇", "another town was named"];
const LEFT = ["有没读懂的字", "some words were not understood"];
export const NOTES = {
  ...Object.fromEntries(SLIPS.map((name) => [name, DIFFERS])),
  alias: ["用的是别名", "by another name"],
  "no-lane": ["没写弄", "no lane was given"],
  "no-building": ["没写楼栋", "no building was given"],
  "wrong-town": TOWN,
  "strange-place": ["提到了没有记录的地方", "a place that is not on record was named"],
  "two-numbers": ["有两个号", "two numbers were given"],
  "wrong-unit": ["写的是别的村居", "another village was named"],
  "left-over": LEFT,
  "left-over-too": LEFT,
};
