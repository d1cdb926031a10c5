// What every page does beyond being read. Each module stands by itself and does nothing where its part is absent.
import "./menus.js";
import "./copy.js";
import "./collect.js";
import "./keys.js";
import "./pasted.js";
import "./complete.js";
