// The words of every page, and what goes wrong with plans.

import { complainer } from "../words.js";

export * from "../words.js";

export const complain = complainer({
  403: ["这台机器不能改方案：", "Plans cannot be changed from this machine:"],
  409: ["与现状冲突，没有改：", "In conflict with what is there, nothing was changed:"],
  412: ["别人先改了方案，已重新读取：", "Somebody else changed the plan first; it was read again:"],
  422: ["不能这样画：", "It cannot be drawn like that:"],
});
