import assert from "node:assert/strict";
import { test } from "node:test";

import { framed } from "../../survey/static/kiosk/frames.js";
import { unhex } from "../../survey/static/kiosk/bytes.js";
import { cameraOf } from "./camera.js";
import { vectors } from "./vectors.js";

const { cases, malformed } = vectors("frames");

test("bytes are cut into the codes that the service joins", async () => {
  for (const { whole, texts } of cases) assert.deepEqual(await framed(unhex(whole)), texts);
});

test("the page with a camera takes every code once", async () => {
  for (const { texts } of cases) assert.deepEqual(await cameraOf(texts.flatMap((text) => [text, text])), texts);
});

test("the page with a camera takes nothing that is malformed", async () => {
  assert.deepEqual(await cameraOf(malformed), []);
});
