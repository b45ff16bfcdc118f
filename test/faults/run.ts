import { parseArgs } from 'node:util';
import { scenarioOf } from './scenario-plan.js';
import { play, type Report } from './scenario.js';

/** `npm run test:faults -- --seeds 200 --from 1`: plays seeds until one fails; that one alone replays it. */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
});

let passed = 0;
let failed = 0;
const first = Number(values.from);
for (let seed = first; seed < first + Number(values.seeds); seed++) {
  const report = await play(scenarioOf(seed), { keep: values.keep ?? false }).catch(
    (error: unknown): Report | Error => error as Error,
  );
  if (report instanceof Error || report.complaints.length > 0) {
    failed += 1;
    const words =
      report instanceof Error ? String(report.stack) : report.complaints.slice(0, 10).join('\n  ');
    console.log(`seed ${seed} FAILED (replay: npm run test:faults -- --from ${seed} --seeds 1)\n  ${words}`);
    console.log(`  ${JSON.stringify(scenarioOf(seed))}`);
  } else {
    passed += 1;
    const { audience, providers, crashes } = report.scenario;
    console.log(
      `seed ${seed} ok: ${audience} recipients by ${providers.join()}, ${report.lives} lives, ${JSON.stringify(crashes)}`,
    );
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
