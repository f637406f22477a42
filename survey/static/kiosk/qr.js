// Draws QR codes; what goes where in them is the library's work (uqr, MIT, docs/dependencies.md).

import { svg } from "./dom.js";
import { encode } from "../vendor/uqr.js";

const QUIET_ZONE = 4;

/**
 * Draws a QR code.
 * @param {string} text what it says
 * @param {string} name what it is called where nobody sees it
 * @param {string} ecc how much of it may be unreadable: "L" for long texts on a clean screen, else "M"
 * @returns {SVGElement} the drawing, quiet zone included
 */
export function qr(text, name, ecc = "M") {
  const { size, data } = encode(text, { ecc, border: QUIET_ZONE });
  let path = "";
  data.forEach((row, y) => row.forEach((dark, x) => { if (dark) path += `M${x} ${y}h1v1h-1z`; }));
  return svg("svg", { viewBox: `0 0 ${size} ${size}`, class: "code-picture", role: "img", "aria-label": name, "shape-rendering": "crispEdges" },
    svg("path", { d: `M0 0h${size}v${size}H0z`, fill: "#fff" }),
    svg("path", { d: path, fill: "#000" }));
}
