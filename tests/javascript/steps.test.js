import assert from "node:assert/strict";
import { test } from "node:test";

import { LONGEST_COMMENT, stepsOf, worthKeeping } from "../../survey/static/kiosk/steps.js";
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

const fieldsOf = (step) => (step.kind === "comment" ? ["comment"] : (step.items ?? step.questions).map(({ field }) => field));

for (const each of given.questionnaires) {
  test(`${each.ref}: the screens ask for the fields that the service reads, in its order`, () => {
    assert.deepEqual(stepsOf(questionnaire(each)).flatMap(fieldsOf), each.fields);
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
