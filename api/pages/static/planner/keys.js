// The keyboard on the map: arrows move a focus among cells, or a cross hair; letters are tools.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function listen(app, container) {
  document.addEventListener("keydown", (event) => {
    if (event.target.closest?.("dialog, input:not([type=radio], [type=checkbox]), select")) return;
    const command = event.ctrlKey || event.metaKey;
    if (command && "zZyY".includes(event.key)) {
      event.preventDefault();
      if (event.key.toLowerCase() === "y" || event.shiftKey) app.redo();
      else app.undo();
    }
  });
  container.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(".leaflet-control")) return;
    if (app.unit && app.tool.press?.(event)) event.preventDefault();
    else if (handle(app, event)) event.preventDefault();
  });
}

function handle(app, event) {
  const arrow = ARROWS[event.key];
  if (event.key === "+" || event.key === "=") app.map.zoomIn();
  else if (event.key === "-") app.map.zoomOut();
  else if (arrow && (event.shiftKey || !app.unit)) app.map.panBy([arrow[0] * 80, arrow[1] * 80], { animate: false });
  else if (!app.unit) return false;
  else if (arrow && app.tool.cross) app.moveCross(arrow, 10);
  else if (arrow) app.focusOn(neighbour(app.unit.cells, app.focus, arrow, app.view));
  else if (event.key === "Enter" || event.key === " ") press(app);
  else if (event.key === "Escape") app.use("select");
  else if (event.key >= "1" && event.key <= "9") app.choose(app.unit.cells.codes[Number(event.key) - 1]);
  else if (event.key.toLowerCase() === "g") app.setByBlock(!app.byBlock);
  else return app.useKey(event.key.toLowerCase());
  return true;
}

function press(app) {
  if (app.tool.cross) app.tool.click(app.crossAt(), true);
  else if (app.focus >= 0 && app.tool.name === "select") app.choose(app.unit.cells.codes[app.unit.cells.grid[app.focus]]);
  else if (app.focus >= 0) app.stroke(app.byBlock ? app.unit.cells.blockOf(app.focus) : [app.focus]);
}

// The nearest cell in a direction; the first press takes the one in the middle of the screen.
export function neighbour(cells, focus, [dx, dy], view) {
  const middle = [(view.west + view.east) / 2, (view.north + view.south) / 2];
  const from = focus >= 0 ? cells.middles[focus] : middle;
  let best = focus, least = Infinity;
  cells.middles.forEach(([x, y], cell) => {
    if (cell === focus) return;
    const ahead = (x - from[0]) * dx + (y - from[1]) * dy;
    const aside = Math.abs((x - from[0]) * dy) + Math.abs((y - from[1]) * dx);
    const cost = focus < 0 ? Math.hypot(x - from[0], y - from[1]) : ahead + 2 * aside;
    if ((focus < 0 || ahead > aside * 0.5) && cost < least) [best, least] = [cell, cost];
  });
  return best;
}
