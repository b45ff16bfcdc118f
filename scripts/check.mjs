/** `npm run check`: everything that must hold before a change goes in, cheapest first. What CI runs, minus the benches. */
import { join, resolve } from 'node:path';
import { runNode } from './bootstrap/child.mjs';
import { say, seconds } from './bootstrap/report.mjs';

const root = resolve(import.meta.dirname, '..');
const bootstrap = join(root, 'scripts', 'bootstrap.mjs');

const STEPS = [
  ['format', 'format:check'],
  ['lint', 'lint'],
  ['boundaries', 'boundaries'],
  ['types and build', 'build'],
  ['tests', 'test'],
];

process.exitCode = await check();

async function check() {
  const failed = [];
  for (const [name, target] of STEPS) {
    if (name === 'tests' && failed.length > 0) break; // tell about the cheap failures first
    const started = performance.now();
    const code = await runNode(process.execPath, [bootstrap, target], { cwd: root });
    if (code > 128) return code; // interrupted: going on with the next step is not what was meant
    if (code !== 0) failed.push(name);
    if (name !== 'tests') say(`${name}: ${code === 0 ? 'ok' : 'FAILED'} (${seconds(started)})`);
  }
  if (failed.length === 0) return 0;
  say(`check failed: ${failed.join(', ')}`);
  return 1;
}
