// What goes wrong, in words.

import { complainer } from "../words.js";

export const complain = complainer({
  403: ["这台机器不能改地址：", "Addresses cannot be changed from this machine:"],
  409: ["与现状冲突，没有改：", "In conflict with what is there, nothing was changed:"],
  422: ["不能这样写：", "It cannot be written like that:"],
});

export const KINDS = [
  ["old-name", "旧路名", "old name"],
  ["estate", "小区", "estate"],
  ["other", "其他", "other"],
];

// Show one page of a list; its button fetches the next.
export function pageOf(list, more, rows, next, fetchNext) {
  list.append(...rows);
  more.hidden = !next;
  more.onclick = () => fetchNext(next).catch(complain);
}
