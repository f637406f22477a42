// The test vectors that the tests in Python read too: what both languages must agree about.

import { readFileSync } from "node:fs";

/**
 * Reads the vectors of one pair of twins.
 * @param {string} name of the file
 * @returns {object} its content
 */
export function vectors(name) {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));
}
