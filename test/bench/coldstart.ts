import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from '#test/architecture/repository.js';
import type { FunctionProcess, Init } from '#test/fakes/lambda/function-process.js';
import { Functions } from '#test/support/functions.js';
import { atMost, type Bench, type BenchOptions, type BenchReport, type Mark, median } from './bench.js';

const MOST_MB = 5;
const MOST_INIT_MS = 400;
/** Of the timer it leaves no time for work: what is looked at is its start. */
const NO_MORE_THAN_MS = 10_000;
const MB = 1_000_000;

interface Contestant {
  readonly name: string;
  /** Its folder among the bundles; undefined of what runs from the repository and its node_modules. */
  readonly bundle?: string;
  readonly file: (bundles: string) => string;
  readonly isOurs: boolean;
  /** The first event that it is given, and what it says to it. */
  readonly event: object;
  readonly answers: unknown;
  readonly env?: Readonly<Record<string, string>>;
}

interface Start extends Init {
  /** From the event to the answer: with opening all that it stands on. */
  readonly firstMs: number;
}

const get = (path: string): object => ({
  version: '2.0',
  routeKey: '$default',
  ...{ rawPath: path, rawQueryString: '', isBase64Encoded: false },
  headers: { host: 'posthorn.example' },
  requestContext: { http: { method: 'GET', path, sourceIp: '203.0.113.7' } },
});
const ENTRIES: Readonly<Record<string, Pick<Contestant, 'event' | 'answers' | 'env'>>> = {
  http: { event: get('/health/live'), answers: 200 },
  websocket: { event: { requestContext: { eventType: 'CONNECT', connectionId: 'c=' } }, answers: 401 },
  authoriser: { event: { queryStringParameters: { token: 'nonsense' } }, answers: 'Unauthorized' },
  lane: { event: { Records: [] }, answers: 'done', env: { POSTHORN_LANE: 'bulk' } },
  timer: { event: {}, answers: 'done' },
  relay: { event: { Records: [] }, answers: 'done' },
  store: { event: { Records: [] }, answers: 'done' },
  notify: { event: { Records: [] }, answers: 'done' },
};
const ALSO = {
  bare: 'test/bench/contestants/bare-function.js',
  nest: 'test/bench/contestants/nest-function.js',
};

const bundled = (name: string) => (bundles: string) => join(bundles, name, 'index.mjs');
const inRepository = (path: string) => () => join(root, 'dist', path);
const CONTESTANTS: readonly Contestant[] = [
  { name: 'bare handler', bundle: 'bare', file: bundled('bare'), isOurs: false, event: {}, answers: 200 },
  {
    name: 'Nest hello world, bundled',
    bundle: 'nest',
    file: bundled('nest'),
    isOurs: false,
    event: get('/'),
    answers: 200,
  },
  {
    name: 'Nest hello world, from node_modules',
    file: inRepository(ALSO.nest),
    isOurs: false,
    event: get('/'),
    answers: 200,
  },
  ...Object.entries(ENTRIES).flatMap(([name, entry]) => [
    { ...entry, name, bundle: name, file: bundled(name), isOurs: true },
    {
      ...entry,
      name: `${name}, from node_modules`,
      file: inRepository(`apps/lambda/src/entries/${name}.js`),
      isOurs: false,
    },
  ]),
];

/** How large a function is, and how long it takes until it has read its code, in a process that has just been started. */
export const coldstart: Bench = {
  name: 'coldstart',
  title: 'functions of Lambda: size, and from a fresh process to the first answer',
  async run(options) {
    const bundles = mkdtempSync(join(tmpdir(), 'posthorn-coldstart-'));
    const also = Object.entries(ALSO).flatMap(([name, path]) => ['--also', `${name}=${path}`]);
    execFileSync(process.execPath, ['scripts/bundle-lambda.mjs', '--out', bundles, ...also], { cwd: root });
    const functions = await Functions.over(bundles);
    try {
      return await measure(functions, bundles, options);
    } finally {
      await functions.close();
      rmSync(bundles, { recursive: true, force: true });
    }
  },
};

async function measure(functions: Functions, bundles: string, options: BenchOptions): Promise<BenchReport> {
  const contestants = CONTESTANTS.filter(
    ({ name }) => options.only.length === 0 || options.only.some((only) => name.startsWith(only)),
  );
  const starts = new Map<string, Start[]>(contestants.map(({ name }) => [name, []]));
  const problems: string[] = [];
  for (let run = 0; run < options.runs; run++)
    for (const contestant of contestants) {
      const start = await startOnce(functions, bundles, contestant, problems, options);
      starts.get(contestant.name)?.push(start);
      const { initMs, firstMs } = start;
      options.say(`coldstart: ${contestant.name}: ${initMs.toFixed(0)} ms, first ${firstMs.toFixed(0)} ms`);
    }
  return report(options.runs, contestants, starts, bundles, problems);
}

/** Each in a process of its own, which has read nothing yet. */
async function startOnce(
  functions: Functions,
  bundles: string,
  { name, file, event, answers, env }: Contestant,
  problems: string[],
  { profileTo }: BenchOptions,
): Promise<Start> {
  const profile = profileTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileTo}`];
  const plan = { file: file(bundles), freezes: false, nodeArguments: profile };
  const started = await functions.start(name, env, plan);
  const began = performance.now();
  const said = await firstWord(started, event);
  const firstMs = performance.now() - began;
  await started.stop();
  if (said !== answers) problems.push(`${name} answered ${String(said)} and not ${String(answers)}`);
  return { ...started.init, firstMs };
}

/** Its status, what it refuses with, or that it has done what it was asked. */
async function firstWord(started: FunctionProcess, event: object): Promise<unknown> {
  try {
    const answer = await started.invoke<{ readonly statusCode?: number } | undefined>(event, NO_MORE_THAN_MS);
    return answer?.statusCode ?? 'done';
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

function report(
  runs: number,
  contestants: readonly Contestant[],
  starts: ReadonlyMap<string, readonly Start[]>,
  bundles: string,
  problems: readonly string[],
): BenchReport {
  const marks: Mark[] = [];
  const rows = contestants.map(({ name, bundle, isOurs }) => {
    const its = starts.get(name) ?? [];
    const of = (key: keyof Start): number => median(its.map((start) => start[key]));
    const size = bundle === undefined ? undefined : sizeOf(join(bundles, bundle));
    if (isOurs && size) {
      marks.push(atMost(`${name}, MB`, size.whole, MOST_MB));
      marks.push(atMost(`${name}, init ms`, of('initMs'), MOST_INIT_MS));
    }
    const sizes = size ? [size.whole.toFixed(2), size.packed.toFixed(2)] : ['', ''];
    return [name, ...sizes, of('initMs'), of('cpuMs'), of('firstMs')];
  });
  return {
    runs,
    settings: { starts: runs, 'events each': 1 },
    columns: ['function', 'MB', 'MB packed', 'init ms', 'init CPU ms', 'first event ms'],
    rows,
    marks,
    notes: [
      'init: from asking for the file to having the handler, in a fresh process, as Lambda counts it; the process itself and its runtime are not in it.',
      'first event: from the event to its answer. A function opens what it stands on at its first event, over emulators in another process.',
    ],
    samples: Object.fromEntries(starts),
    problems,
  };
}

function sizeOf(folder: string): { readonly whole: number; readonly packed: number } {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const contents = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name)));
  return {
    whole: contents.reduce((sum, { length }) => sum + length, 0) / MB,
    packed: contents.reduce((sum, content) => sum + gzipSync(content).length, 0) / MB,
  };
}
