/**
 * Checks the import rules of .dependency-cruiser.cjs on the sources.
 *
 * `node scripts/boundaries.mjs [--root FOLDER] [--json]`: the folder to cruise (default: this repository), and the
 * violations as JSON instead of text. Exit code 1 when there are any.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cruise } from 'dependency-cruiser';

const { values } = parseArgs({ options: { root: { type: 'string' }, json: { type: 'boolean' } } });
const root = resolve(values.root ?? join(import.meta.dirname, '..'));
const { forbidden, options } = createRequire(import.meta.url)('../.dependency-cruiser.cjs');

/** `#domain/…` names compiled files for Node; the rules are about the sources they come from. */
const alias = {
  '#domain': join(root, 'libs/domain'),
  '#ports': join(root, 'libs/ports'),
  '#adapters': join(root, 'libs/adapters'),
  '#client': join(root, 'libs/client'),
  '#apps': join(root, 'apps'),
  '#test': join(root, 'test'),
};

const folders = ['apps', 'deploy', 'libs', 'scripts', 'test'].filter((folder) =>
  existsSync(join(root, folder)),
);
const { output } = await cruise(
  folders,
  { ...options, ruleSet: { forbidden, options }, validate: true, baseDir: root },
  { alias, importsFields: [] },
);

const violations = output.summary.violations.map(({ rule, from, to, cycle, via }) => ({
  rule: rule.name,
  from,
  to,
  through: (cycle ?? via ?? []).map((step) => step.name),
}));

if (values.json) process.stdout.write(JSON.stringify(violations));
else report();
process.exitCode = violations.length === 0 ? 0 : 1;

function report() {
  const reasons = new Map(forbidden.map(({ name, comment }) => [name, comment]));
  for (const { rule, from, to, through } of violations) {
    const path = through.length > 0 ? `${through.join(' -> ')}` : to;
    process.stdout.write(`${rule}: ${from} -> ${path}\n  ${reasons.get(rule)}\n`);
  }
  process.stdout.write(
    `boundaries: ${output.summary.totalCruised} modules, ${violations.length} violations\n`,
  );
}
