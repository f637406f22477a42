// Makes elements: text is always text, and nothing is ever parsed as markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element of HTML.
 * @param {string} tag its name
 * @param {object} given attributes, and listeners by names that begin with "on"
 * @param {...any} children elements and texts; nothing is made of null, undefined and false
 * @returns {HTMLElement} the element
 */
export function el(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  set(made, given);
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/**
 * Makes an element of SVG.
 * @param {string} tag its name
 * @param {object} given attributes
 * @param {...Element} children what it holds
 * @returns {SVGElement} the element
 */
export function svg(tag, given = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(given)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function set(made, given) {
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
}

/**
 * Fills the places of a text.
 * @param {string} text with names in braces
 * @param {object} values by name
 * @returns {string} the whole text
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_whole, name) => values[name] ?? "");
}

// A mouth for each level, from 1 (sad) to 5 (glad).
const MOUTHS = ["M15 35q9-11 18 0", "M16 33q8-6 16 0", "M16 32h16", "M16 29q8 7 16 0", "M13 27q11 15 22 0z"];

/**
 * Draws the face of a level.
 * @param {number} level from 1 (sad) to 5 (glad)
 * @returns {SVGElement} the drawing
 */
export function face(level) {
  return svg("svg", { viewBox: "0 0 48 48", class: "face", "aria-hidden": "true", focusable: "false" },
    svg("circle", { cx: 24, cy: 24, r: 21, class: "head" }),
    svg("circle", { cx: 17, cy: 19, r: 2.6, class: "eye" }),
    svg("circle", { cx: 31, cy: 19, r: 2.6, class: "eye" }),
    svg("path", { d: MOUTHS[level - 1], class: level === 5 ? "mouth full" : "mouth" }));
}

/**
 * Draws one line, beside words that say the same.
 * @param {string} path of the line
 * @returns {SVGElement} the drawing
 */
export function icon(path) {
  return svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" }, svg("path", { d: path }));
}
