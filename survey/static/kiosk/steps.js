// From the frozen questionnaire to the screens of a visit: pure, it touches no page.

/** Letters that the service takes of a comment. */
export const LONGEST_COMMENT = 1000;

const MOST_OPTIONS = 12; // on one screen of questions about the person
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

function profileSteps(q) {
  const screens = [];
  let room = 0;
  for (const question of q.profile.filter((each) => !each.sensitive || q.opted_in.includes(each.id))) {
    const options = [...question.options, { value: ".", text: q.declined }];
    if (options.length > room) {
      screens.push({ kind: "profile", questions: [] });
      room = MOST_OPTIONS;
    }
    room -= options.length;
    screens.at(-1).questions.push({ field: `p_${question.id}`, text: question.text, options });
  }
  return screens;
}

/**
 * Tells whether there is anything in the answers that the service would take: a rating or a comment.
 * @param {Record<string, string>} answers by field
 * @returns {boolean} whether there is
 */
export function worthKeeping(answers) {
  return Object.entries(answers).some(([name, value]) => value && !name.startsWith("p_"));
}
