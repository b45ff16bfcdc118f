import { join } from 'node:path';

/** Tests run as Node runs the product: compiled, native ES modules, no transform. `npm test` builds first. */
export default {
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/dist'],
  testMatch: ['<rootDir>/dist/**/*.spec.js'],
  testEnvironment: 'node',
  transform: {},
  maxWorkers: 2,
  testSequencer: join(import.meta.dirname, 'scripts', 'test-sequencer.mjs'),
  testTimeout: 60_000, // ms: several times what any test takes on an idle machine; a suite of whole processes says its own
  watchman: false,
  reporters: ['default', join(import.meta.dirname, 'scripts', 'test-reporter.mjs')],
};
