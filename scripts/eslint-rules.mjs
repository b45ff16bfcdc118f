/**
 * The house rules no published ESLint rule states. Each has a case in test/architecture/fixtures/lint that must be
 * reported.
 */

const rule = (description, create) => ({
  meta: { type: 'problem', docs: { description }, schema: [] },
  create,
});

const noEnum = rule('a union of literals says the same and leaves nothing behind at run time', (context) => ({
  TSEnumDeclaration: (node) =>
    context.report({ node, message: 'Write a union of string literals instead of an enum.' }),
}));

const noDefaultExport = rule('one name per thing, the same in every file', (context) => ({
  ExportDefaultDeclaration: (node) => context.report({ node, message: 'Export it by name.' }),
}));

const noBarrel = rule('a barrel hides where things live and loads everything behind it', (context) => ({
  Program(node) {
    if (/(^|[\\/])index\.tsx?$/.test(context.filename)) {
      context.report({ node, message: 'Name the file after what is in it, and import that.' });
    }
  },
  ExportAllDeclaration: (node) =>
    context.report({ node, message: 'Import things from the file they live in.' }),
}));

const EMPTY_SUFFIX = /(Impl|Manager|Helper|Helpers|Util|Utils)$/;
const EMPTY_PREFIX = /^(I[A-Z][a-z]|Base[A-Z]|Abstract[A-Z])/;
const EMPTY_FILE = /(^|[\\/])(utils?|helpers?|common|misc|shared)\.tsx?$/;

const tellingNames = rule('a name says what the thing is in the words of the domain', (context) => {
  const check = ({ id }) => {
    if (id && (EMPTY_SUFFIX.test(id.name) || EMPTY_PREFIX.test(id.name))) {
      context.report({ node: id, message: `"${id.name}" does not say what it is.` });
    }
  };
  return {
    Program(node) {
      if (EMPTY_FILE.test(context.filename))
        context.report({ node, message: 'The file name does not say what is in it.' });
    },
    ClassDeclaration: check,
    TSInterfaceDeclaration: check,
  };
});

const TEST_FUNCTIONS = new Set(['describe', 'it', 'test']);
const MARKED = new Set(['fit', 'fdescribe', 'ftest', 'xit', 'xdescribe', 'xtest']);
const MARKERS = new Set(['only', 'skip', 'failing']);

const noMarkedTests = rule('a focused or skipped test is a hole in the suite', (context) => ({
  MemberExpression(node) {
    let object = node.object;
    while (object.type === 'MemberExpression') object = object.object; // it.only.each
    if (MARKERS.has(node.property.name) && TEST_FUNCTIONS.has(object.name)) {
      context.report({ node, message: `Remove .${node.property.name}: every test runs, or is deleted.` });
    }
  },
  CallExpression(node) {
    if (MARKED.has(node.callee.name))
      context.report({ node, message: `Remove ${node.callee.name}: every test runs, or is deleted.` });
  },
}));

const TIMERS = new Set(['setTimeout', 'setInterval', 'setImmediate']);
const UNPREDICTABLE = new Set([
  'Date.now',
  'Math.random',
  'performance.now',
  'crypto.randomUUID',
  'crypto.getRandomValues',
]);

const calleeName = ({ callee }) =>
  callee.type === 'MemberExpression' ? `${callee.object.name}.${callee.property.name}` : callee.name;

const noAmbientTime = rule(
  'time and randomness come in as arguments or through the Clock and Randomness ports',
  (context) => ({
    CallExpression(node) {
      const name = calleeName(node);
      if (UNPREDICTABLE.has(name) || TIMERS.has(name)) {
        context.report({
          node,
          message: `${name}() cannot be driven by a test: use the Clock or Randomness port, or take the value.`,
        });
      }
    },
    NewExpression(node) {
      if (node.callee.name === 'Date' && node.arguments.length === 0) {
        context.report({ node, message: 'new Date() cannot be driven by a test: take the instant.' });
      }
    },
  }),
);

const SLEEP_MS = 100;
const SLEEPS = new Map([
  ['setTimeout', [0, 1]],
  ['sleep', [0]],
  ['delay', [0]],
  ['pause', [0]],
  ['wait', [0]],
]);

const noSleepInTests = rule(
  'a test that needs a sleep is slow and flaky: drive the clock, or wait for the event itself',
  (context) => ({
    CallExpression(node) {
      const positions = SLEEPS.get(node.callee.name ?? node.callee.property?.name) ?? [];
      const isSleep = positions.some((position) => milliseconds(node.arguments[position]) >= SLEEP_MS);
      if (isSleep)
        context.report({
          node,
          message: `A sleep of ${SLEEP_MS} ms or more: drive the clock, or wait for the event itself.`,
        });
    },
  }),
);

/** Value of a numeric literal or of a product or sum of them; NaN for anything else. */
function milliseconds(node) {
  if (node?.type === 'Literal' && typeof node.value === 'number') return node.value;
  if (node?.type !== 'BinaryExpression') return NaN;
  const left = milliseconds(node.left);
  const right = milliseconds(node.right);
  if (node.operator === '*') return left * right;
  return node.operator === '+' ? left + right : NaN;
}

export const house = {
  rules: {
    'no-enum': noEnum,
    'no-default-export': noDefaultExport,
    'no-barrel': noBarrel,
    'telling-names': tellingNames,
    'no-marked-tests': noMarkedTests,
    'no-ambient-time': noAmbientTime,
    'no-sleep-in-tests': noSleepInTests,
  },
};
