import assert from "node:assert/strict";
import { test } from "node:test";

import { fieldsOf, LONGEST_COMMENT, stepsOf, tidied, tidyComment, worthKeeping } from "../../survey/static/kiosk/steps.js";
import { vectors } from "./vectors.js";

const given = vectors("answers");

const questionnaire = ({ criteria, profile, opted_in }) => ({
  criteria: criteria.map(({ id, items }) => ({ id, text: {}, items: items.map((item) => ({ id: item, text: {} })) })),
  overall: { text: {} },
  profile: profile.map((each) => ({ ...each, text: {}, options: each.options.map((value) => ({ value, text: {} })) })),
  declined: {},
  comment: { text: {} },
  opted_in,
});

const shownBy = (step) => (step.kind === "comment" ? ["comment"] : (step.items ?? step.questions).map(({ field }) => field));

for (const each of given.questionnaires) {
  test(`${each.ref}: the screens ask for the fields that the service reads, in its order`, () => {
    assert.deepEqual(stepsOf(questionnaire(each)).flatMap(shownBy), each.fields);
  });

  test(`${each.ref}: the packed answers have the order of the screens`, () => {
    const { rated, about } = fieldsOf(questionnaire(each));
    assert.deepEqual([...rated, ...about, "comment"], each.fields);
  });

  test(`${each.ref}: no screen asks for more than a dozen options about the person`, () => {
    for (const step of stepsOf(questionnaire(each)).filter(({ kind }) => kind === "profile")) {
      const options = step.questions.flatMap((question) => question.options);
      assert.ok(options.length <= 12 || step.questions.length === 1);
      assert.ok(step.questions.every((question) => question.options.at(-1).value === "."));
    }
  });
}

test("what the service would take is kept, and nothing else", () => {
  for (const answers of given.taken) assert.equal(worthKeeping(answers), true, JSON.stringify(answers));
  for (const answers of given.empty) assert.equal(worthKeeping(answers), false, JSON.stringify(answers));
});

test("a comment is as long as the service takes it", () => {
  assert.equal(LONGEST_COMMENT, given.longest_comment);
});

test("a comment is kept as the service would keep it, and one of blanks not at all", () => {
  for (const [typed, kept] of given.comments) {
    assert.equal(tidyComment(typed), kept);
    assert.deepEqual(tidied({ overall: "5", comment: typed }), kept ? { overall: "5", comment: kept } : { overall: "5" });
  }
  assert.equal([...tidyComment("\u{1F600}".repeat(1200))].length, LONGEST_COMMENT);
  assert.equal(tidyComment(`${"x".repeat(999)}  y`), "x".repeat(999));
  assert.ok([...tidyComment("\u0958".repeat(700))].length <= LONGEST_COMMENT, "letters that become two");
});
