"use strict";
// Rates per 100 households and year, steadied: a grid of few households is drawn towards the mean
// of all (empirical Bayes after Marshall, 1991), so that one hazard among three homes leads no list.
gisgrid.steadyRates = (count, households, years) => {
  let events = 0, homes = 0, known = 0;
  for (let i = 0; i < count.length; i++)
    if (households[i] > 0) {
      events += count[i];
      homes += households[i];
      known++;
    }
  const mean = homes ? events / homes : 0;
  let spread = 0;
  for (let i = 0; i < count.length; i++)
    if (households[i] > 0) spread += households[i] * Math.pow(count[i] / households[i] - mean, 2);
  const between = homes ? Math.max(0, spread / homes - mean / (homes / known)) : 0;
  return Float64Array.from(count, (n, i) => {
    if (!(households[i] > 0)) return NaN;
    const trust = between ? between / (between + mean / households[i]) : 0;
    return ((trust * n) / households[i] + (1 - trust) * mean) * (100 / years);
  });
};
