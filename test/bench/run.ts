import { parseArgs } from 'node:util';
import type { Bench, BenchOptions } from './bench.js';
import { bulkSingle } from './bulk-single.js';
import { bulk } from './bulk.js';
import { chat } from './chat.js';
import { coldstart } from './coldstart.js';
import { fanout } from './fanout.js';
import { growth } from './growth.js';
import { intake } from './intake.js';
import { jitter } from './jitter.js';
import { describeMachine, isBusy } from './kit/machine.js';
import { asMarkdown, writeJson } from './kit/report.js';
import { lanes } from './lanes.js';
import { memory } from './memory.js';
import { memoryConnections } from './memory-connections.js';
import { recovery } from './recovery.js';
import { smoke } from './smoke.js';

const USAGE = `npm run bench -- [NAME…] [--runs N] [--count N] [--only CONTESTANT]… [--out DIR] [--profile DIR]
  NAME         bulk, bulk-single, intake, lanes, memory, growth, recovery, chat, fanout, jitter, memory-connections, coldstart or smoke; all but smoke by default
  --runs       repetitions, of which the table shows the median; default 5
  --count      messages or rows instead of the bench's own number: to see that it works, not to measure
  --connections  of the chat's benches, instead of 5,000 (jitter: 1,000)
  --only       a contestant of bulk, bulk-single, intake, chat, fanout, jitter and coldstart, by the start of its name; may be repeated
  --out        where <bench>.json goes; default bench-results
  --profile    CPU profiles of the contestants go there`;

const BENCHES: readonly Bench[] = [
  bulk,
  bulkSingle,
  intake,
  lanes,
  memory,
  growth,
  recovery,
  chat,
  fanout,
  jitter,
  memoryConnections,
  coldstart,
];

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string' },
      count: { type: 'string' },
      connections: { type: 'string' },
      only: { type: 'string', multiple: true },
      out: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const known = [...BENCHES, smoke];
  const unknown = positionals.find((name) => !known.some((bench) => bench.name === name));
  if (unknown !== undefined) process.stderr.write(`there is no bench "${unknown}"\n`);
  if (values.help || unknown !== undefined) {
    process.stdout.write(`${USAGE}\n`);
    return unknown === undefined ? 0 : 2;
  }
  const options: BenchOptions = {
    runs: positive(values.runs) ?? 5,
    count: positive(values.count),
    connections: positive(values.connections),
    only: values.only ?? [],
    profileTo: values.profile,
    say: (line) => void process.stderr.write(`${line}\n`),
  };
  const chosen = positionals.length === 0 ? BENCHES : known.filter(({ name }) => positionals.includes(name));
  let problems = 0;
  for (const bench of chosen) {
    // What goes wrong in one bench is no reason to lose the hour that the others take.
    problems += await runOne(bench, options, values.out ?? 'bench-results').catch((error: unknown) => {
      options.say(`${bench.name}: ${error instanceof Error ? error.stack : String(error)}`);
      return 1;
    });
  }
  return problems === 0 ? 0 : 1;
}

async function runOne(bench: Bench, options: BenchOptions, folder: string): Promise<number> {
  const machine = describeMachine();
  if (isBusy(machine))
    options.say(`${bench.name}: others are at work here, load ${String(machine.loadBefore[0])}`);
  const report = await bench.run(options);
  process.stdout.write(`${asMarkdown(bench, report, machine)}\n\n`);
  options.say(`${bench.name}: written to ${writeJson(folder, bench, report, machine, options)}`);
  return report.problems.length;
}

function positive(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`not a positive whole number: ${text}`);
  return value;
}

process.exitCode = await main();
