import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { until } from './until.js';

/** Of the repository: dist/test/support is where this runs. */
const SHIPPED = new URL('../../../deploy/container/nginx.conf', import.meta.url);

/** `host:port` of each process of a role. */
export interface Upstreams {
  readonly api: readonly string[];
  readonly realtime: readonly string[];
}

export interface NginxProcess {
  readonly url: string;
  /** Which process of `realtime` the sockets of a client go to that comes from this address of this machine. */
  upstreamOf(localAddress: string): Promise<string>;
  close(): Promise<void>;
}

/** A real nginx on loopback, with the rules of the configuration that is shipped and nothing changed but who stands where. */
export async function startNginx(program: string, upstreams: Upstreams): Promise<NginxProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-nginx-'));
  await mkdir(join(folder, 'temp'));
  const port = await freePort();
  const configuration = join(folder, 'nginx.conf');
  await writeFile(configuration, configurationOf(readFileSync(SHIPPED, 'utf8'), port, folder, upstreams));
  const nginx = spawn(program, ['-p', folder, '-c', configuration, '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  nginx.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const url = `http://127.0.0.1:${port}`;
  await until(async () => {
    if (hasEnded(nginx)) throw new Error(`nginx ended:\n${said}`);
    return (await fetch(`${url}/metrics`).catch(() => undefined)) && true;
  });
  return {
    url,
    upstreamOf: (localAddress) => upstreamOf(port, localAddress),
    async close() {
      const ended = once(nginx, 'exit');
      // At once: whoever is still connected is of this test.
      if (nginx.kill('SIGTERM')) await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configurationOf(shipped: string, port: number, folder: string, upstreams: Upstreams): string {
  let theirs = shipped;
  const replace = (what: RegExp, by: string): void => {
    if (!what.test(theirs)) throw new Error(`What is shipped has no ${what.source}.`);
    theirs = theirs.replace(what, by);
  };
  for (const role of ['api', 'realtime'] as const)
    for (const [i, address] of upstreams[role].entries())
      replace(new RegExp(`${role}-${i + 1}:3000`), address);
  replace(/listen 8080;/, `listen 127.0.0.1:${port};`);
  replace(/worker_processes auto;/, 'worker_processes 1;');
  replace(/(location \/socket\.io\/ \{)/, '$1 add_header X-Upstream $upstream_addr always;');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/temp/${name};`)
    .join('\n');
  replace(/http \{/, `http {\n${temporary}`);
  // The folder is its owner's alone.
  const user = process.getuid?.() === 0 ? 'user root;\n' : '';
  return `daemon off;\npid ${folder}/nginx.pid;\nerror_log stderr warn;\n${user}${theirs}`;
}

async function upstreamOf(port: number, localAddress: string): Promise<string> {
  // Refused, by whom it was led to.
  const request = get({ host: '127.0.0.1', port, path: '/socket.io/', localAddress, agent: false });
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream & { headers: object }];
  response.resume();
  const { 'x-upstream': upstream } = response.headers as { readonly 'x-upstream'?: string };
  if (upstream === undefined) throw new Error('nginx did not say where it went.');
  return upstream;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
