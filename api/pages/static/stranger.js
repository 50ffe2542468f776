// The index page of whoever may look nothing up: words, and the switch between their languages.

import { initWords } from "./words.js";

initWords();
document.body.dataset.ready = "true";
