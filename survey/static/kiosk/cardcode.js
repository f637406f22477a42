// The short code of a card: slips of the pen are found here, without a network. forms/ticket_code.py makes the
// codes and reads them by the same rules. Pure: it touches no page.

export const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
export const LENGTH = 12;

const LOOK_ALIKE = { I: "1", L: "1", O: "0" };
const CHECKS = 2;
const POLYNOMIAL = 0b100101;

const doubled = (value) => (value & 16 ? (value << 1) ^ POLYNOMIAL : value << 1);

/**
 * Tells whether a code ends in the check letters of its body.
 * @param {string} code plain, in capitals
 * @returns {boolean} whether it is one that could have been printed
 */
export function isWhole(code) {
  if (code.length !== LENGTH) return false;
  let total = 0;
  let weighted = 0;
  for (const letter of code.slice(0, -CHECKS)) {
    const value = ALPHABET.indexOf(letter);
    total ^= value;
    weighted = doubled(weighted) ^ value;
  }
  return code.slice(-CHECKS) === ALPHABET[total] + ALPHABET[doubled(weighted)];
}

/**
 * Says which letter of a code a key is: letters outside the alphabet are what they look like.
 * @param {string} key the name of a key
 * @returns {string} the letter, or "" for all other keys
 */
export function letterOf(key) {
  const letter = LOOK_ALIKE[key.toUpperCase()] ?? key.toUpperCase();
  return letter.length === 1 && ALPHABET.includes(letter) ? letter : "";
}

/**
 * Writes what was typed in groups of four, with a dot for each letter that is still to come.
 * @param {string} code typed so far
 * @returns {string} as it is shown
 */
export function grouped(code) {
  return code.padEnd(LENGTH, "·").replace(/(.{4})(?=.)/g, "$1 ");
}
