// The search box in the head of the maps.
/* global map_main */

import { SearchBox } from "./box.js";
import { PlaceMark } from "./mark.js";

new SearchBox(document.getElementById("address-search"), { mark: new PlaceMark(map_main) });
