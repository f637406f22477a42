// From the frozen questionnaire to the screens of a visit: pure, it touches no page.

/** Letters that the service takes of a comment. */
export const LONGEST_COMMENT = 1000;

// What hides or turns what stands around it, and what is no letter at all; a line's end stays.
const HIDDEN = /(?!\n)[\p{Cc}\p{Cs}\p{Co}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;
const MOST_OPTIONS = 12; // on one screen of questions about the person
const profileField = (id) => `p_${id}`;
const field = (id) => id.toLowerCase().replaceAll(".", "_");

/**
 * Divides a questionnaire into screens.
 * @param {object} q the questionnaire as the service tells it
 * @returns {object[]} the screens in order, each with its kind
 */
export function stepsOf(q) {
  const groups = q.criteria.map((criterion) => ({
    kind: "group",
    id: criterion.id,
    heading: criterion.text,
    items: criterion.items.map((item) => ({ field: field(item.id), text: item.text })),
  }));
  const overall = { kind: "overall", items: [{ field: "overall", text: q.overall.text }] };
  return [...groups, overall, ...profileSteps(q), { kind: "comment", text: q.comment.text }];
}

/**
 * Names the fields of a form in the order of the packed answers.
 * @param {object} q the questionnaire as the service tells it
 * @returns {{rated: string[], about: string[]}} those that are rated, and those about the person
 */
export function fieldsOf(q) {
  const items = q.criteria.flatMap((criterion) => criterion.items.map((item) => field(item.id)));
  return { rated: [...items, "overall"], about: asked(q).map(({ id }) => profileField(id)) };
}

function asked(q) {
  return q.profile.filter((each) => !each.sensitive || q.opted_in.includes(each.id));
}

function profileSteps(q) {
  const screens = [];
  let room = 0;
  for (const question of asked(q)) {
    const options = [...question.options, { value: ".", text: q.declined }];
    if (options.length > room) {
      screens.push({ kind: "profile", questions: [] });
      room = MOST_OPTIONS;
    }
    room -= options.length;
    screens.at(-1).questions.push({ field: profileField(question.id), text: question.text, options });
  }
  return screens;
}

/**
 * Writes a comment as the service keeps it, so that one of blanks only is none; forms/answers.py does the same.
 * @param {string} raw what was typed
 * @returns {string} the comment, as long as the service takes it, or ""
 */
export function tidyComment(raw) {
  const lines = raw.replace(/\r\n?/g, "\n").replaceAll("\t", " ").replace(HIDDEN, "");
  return [...lines.normalize("NFC").trim()].slice(0, LONGEST_COMMENT).join("").trim();
}

/**
 * Makes of what was chosen and typed what is kept.
 * @param {Record<string, string>} answers by field
 * @returns {Record<string, string>} the same, without a comment of blanks only
 */
export function tidied({ comment = "", ...others }) {
  const tidy = tidyComment(comment);
  return tidy ? { ...others, comment: tidy } : others;
}

/**
 * Tells whether there is anything in the answers that the service would take: a rating or a comment.
 * @param {Record<string, string>} answers by field
 * @returns {boolean} whether there is
 */
export function worthKeeping(answers) {
  return Object.entries(tidied(answers)).some(([name, value]) => value && !name.startsWith("p_"));
}
