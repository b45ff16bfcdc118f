/**
 * Preloaded into the test runner and its workers. Jest runs ES modules through Node's `vm` modules, which announce
 * themselves as experimental once per process; that one line is dropped, every other warning stays.
 */
const emitWarning = process.emitWarning;

process.emitWarning = function emitUnlessExpected(warning, ...rest) {
  const text = typeof warning === 'string' ? warning : warning?.message;
  if (text?.startsWith('VM Modules is an experimental feature')) return;
  emitWarning.call(this, warning, ...rest);
};
