// Makes elements: text is always text, and nothing is ever parsed as markup.

const SVG = "http://www.w3.org/2000/svg";

export function el(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  set(made, given);
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

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

export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_whole, name) => values[name] ?? "");
}

// A mouth for each level, from 1 (sad) to 5 (glad).
const MOUTHS = ["M15 35q9-11 18 0", "M16 33q8-6 16 0", "M16 32h16", "M16 29q8 7 16 0", "M13 27q11 15 22 0z"];

export function face(level) {
  return svg("svg", { viewBox: "0 0 48 48", class: "face", "aria-hidden": "true", focusable: "false" },
    svg("circle", { cx: 24, cy: 24, r: 21, class: "head" }),
    svg("circle", { cx: 17, cy: 19, r: 2.6, class: "eye" }),
    svg("circle", { cx: 31, cy: 19, r: 2.6, class: "eye" }),
    svg("path", { d: MOUTHS[level - 1], class: level === 5 ? "mouth full" : "mouth" }));
}

// A drawing of one line, beside words that say the same.
export function icon(path) {
  return svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" }, svg("path", { d: path }));
}
