// How the product's JavaScript is held: everything that eslint recommends, the house's lengths, and no exceptions.
// Each language level is that of the oldest browser which a file is for; nobody raises one by writing newer code.

import js from "@eslint/js";
import jsdoc from "eslint-plugin-jsdoc";
import globals from "globals";

const KIOSKS = 2022; // tablets that the office bought for it
const OFFICE = 2021; // the browsers of its PCs and phones
const CITIZENS = 2021; // anybody's phone: an older one never loads the script, and its form is sent as ever
const NODE = 2024;

const house = {
  complexity: ["error", 10],
  "max-lines": ["error", 400],
  "max-lines-per-function": ["error", 40],
  "max-depth": ["error", 4],
  "array-callback-return": "error",
  curly: ["error", "multi-line"],
  "default-case-last": "error",
  eqeqeq: "error",
  "no-constructor-return": "error",
  "no-eval": "error",
  "no-implicit-globals": "error",
  "no-implied-eval": "error",
  "no-new-func": "error",
  "no-param-reassign": "error",
  "no-promise-executor-return": "error",
  "no-self-compare": "error",
  "no-shadow": "error",
  "no-template-curly-in-string": "error",
  "no-unmodified-loop-condition": "error",
  "no-unreachable-loop": "error",
  "no-use-before-define": ["error", { functions: false, variables: false }],
  "no-var": "error",
  "prefer-const": "error",
};

const documented = {
  "jsdoc/require-jsdoc": ["error", { publicOnly: true, require: { ClassDeclaration: true, FunctionDeclaration: true } }],
  "jsdoc/require-description": "error",
  "jsdoc/require-param": ["error", { checkDestructured: false }], // a scene is described as a whole
  "jsdoc/require-param-description": "error",
  "jsdoc/require-param-type": "error",
  "jsdoc/check-param-names": ["error", { checkDestructured: false }],
  "jsdoc/require-returns": "error",
  "jsdoc/require-returns-type": "error",
  "jsdoc/check-types": "error",
};

export default [
  { ignores: ["**/node_modules/", "survey/static/vendor/", ".venv/"] },
  js.configs.recommended,
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "error" }, rules: house },
  {
    files: ["survey/static/*.js"],
    languageOptions: { ecmaVersion: OFFICE, sourceType: "script", globals: globals.browser },
    rules: { strict: ["error", "global"] },
  },
  {
    files: ["survey/static/kiosk/**/*.js"],
    plugins: { jsdoc },
    languageOptions: { ecmaVersion: KIOSKS, sourceType: "module", globals: globals.browser },
    rules: documented,
  },
  {
    files: ["survey/static/kiosk/worker.js"],
    languageOptions: { sourceType: "script", globals: { ...globals.serviceworker, SHELL: "readonly" } },
  },
  {
    files: ["survey/static/citizen/send.js"],
    languageOptions: { ecmaVersion: CITIZENS, sourceType: "module", globals: { ...globals.browser, WORDS: "readonly" } },
  },
  {
    files: ["tests/javascript/**/*.js"],
    languageOptions: { ecmaVersion: NODE, sourceType: "module", globals: globals.node },
  },
];
