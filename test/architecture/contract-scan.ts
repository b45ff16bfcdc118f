import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** A promise without proof: a port nobody can test an adapter against, or an adapter that doesn't run its port's suite. */
export type ContractGap =
  | { readonly kind: 'no contract'; readonly port: string; readonly expected: string }
  | {
      readonly kind: 'contract not run';
      readonly port: string;
      readonly adapter: string;
      readonly folder: string;
    };

interface Source {
  /** Relative to libs/, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const TEST_FILE = /\.(spec|contract)\.ts$/;
/** `export const Clock = Symbol('Clock')`: the injection token that makes an interface a port. */
const TOKEN = /^export const (\w+)(?::[^=]+)? = Symbol\(/gm;
const IMPLEMENTATION = /\bclass\s+(\w+)[^{]*?\bimplements\s+([^{]+)\{/g;

const SUITE = /export function (describe\w+)\(/g;

/**
 * Reads `libs` and lists what is missing from this rule: the port `X` of `ports/<context>/<file>.ts` has
 * `ports/<context>/<file>.contract.ts` exporting `describeXContract(name, factory)`, and for every
 * `class A implements X` under `adapters/<technology>/` a spec in that folder calls `describeXContract('A…', …)`, or a suite
 * of some adapters' own `*.contract.ts` that hands its name on to `describeXContract(name, …)`.
 */
export function findContractGaps(libs: string): ContractGap[] {
  const ports = sourcesIn(libs, 'ports');
  const adapters = sourcesIn(libs, 'adapters');
  const names = ports.filter(({ path }) => !TEST_FILE.test(path)).flatMap(tokensOf);
  return [
    ...names.flatMap(({ port, file }) => missingContract(ports, port, file)),
    ...adapters
      .filter(({ path }) => !TEST_FILE.test(path))
      .flatMap((file) => unprovenIn(file, adapters, names)),
  ];
}

interface Port {
  readonly port: string;
  readonly file: string;
}

function tokensOf({ path, text }: Source): Port[] {
  return [...text.matchAll(TOKEN)].map((match) => ({ port: match[1] ?? '', file: path }));
}

function missingContract(ports: readonly Source[], port: string, file: string): ContractGap[] {
  const expected = file.replace(/\.ts$/, '.contract.ts');
  const contract = ports.find(({ path }) => path === expected);
  const isThere = contract?.text.includes(`export function describe${port}Contract(`) ?? false;
  return isThere ? [] : [{ kind: 'no contract', port, expected }];
}

function unprovenIn(file: Source, adapters: readonly Source[], ports: readonly Port[]): ContractGap[] {
  const folder = file.path.split('/').slice(0, 2).join('/');
  const specs = adapters.filter(({ path }) => path.startsWith(`${folder}/`) && path.endsWith('.spec.ts'));
  return [...file.text.matchAll(IMPLEMENTATION)].flatMap((match) => {
    const adapter = match[1] ?? '';
    const implemented = (match[2] ?? '').split(',').map((name) => name.replace(/<.*/s, '').trim());
    return implemented
      .filter((name) => ports.some(({ port }) => port === name))
      .filter((port) => !runsContract(specs, suitesFor(port, adapters), adapter))
      .map((port): ContractGap => ({ kind: 'contract not run', port, adapter, folder }));
  });
}

/** Names of the functions that run the contract of `port`. */
function suitesFor(port: string, adapters: readonly Source[]): string[] {
  const contract = `describe${port}Contract`;
  const wrapping = adapters.filter(
    ({ path, text }) =>
      path.endsWith('.contract.ts') && new RegExp(`\\b${contract}\\(\\s*name\\b`).test(text),
  );
  return [
    contract,
    ...wrapping.flatMap(({ text }) => [...text.matchAll(SUITE)].map((match) => match[1] ?? '')),
  ];
}

function runsContract(specs: readonly Source[], suites: readonly string[], adapter: string): boolean {
  const call = new RegExp(`\\b(${suites.join('|')})\\(\\s*['"\`][^'"\`]*\\b${adapter}\\b`);
  return specs.some(({ text }) => call.test(text));
}

function sourcesIn(libs: string, layer: string): Source[] {
  const folder = join(libs, layer);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({ path: relative(libs, file).split(sep).join('/'), text: readFileSync(file, 'utf8') }));
}
