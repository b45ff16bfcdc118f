import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FakeProvider } from './fake-provider.js';
import { freePort } from './free-port.js';
import type { Lag } from './lag-probe.js';
import { pause } from './pause.js';
import { PosthornApi } from './posthorn-api.js';
import { ProcessMeter } from './process-meter.js';

const MAIN = fileURLToPath(new URL('../../../bundle/apps/server/src/main.js', import.meta.url));
const PROBE = new URL('./lag-probe.js', import.meta.url).href;
export const OWNER_KEY = 'bench-owner-key-of-no-secrecy';
export const TOKEN_SECRET = 'bench-token-secret-of-no-secrecy-at-all';
const START_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 5;
/** More than any provider or client can: the budgets are there and never wait. */
const UNLIMITED = 1_000_000;

export interface PosthornOptions {
  /** Where e-mail goes; left out where none is sent. */
  readonly fake?: FakeProvider;
  /** The data folder; created if need be. */
  readonly dataDir: string;
  /** Messages in a provider call; undefined for as many as the provider takes. */
  readonly maxBatch?: number | undefined;
  /** Provider calls at once; undefined for the product's own choice. */
  readonly maxInFlight?: number | undefined;
  /** Takes as many requests as come: for benches of the door itself. */
  readonly unmetered?: boolean;
  /** Signs users' tokens with {@link TOKEN_SECRET}, lets each say as much as they like, and believes who says where it comes from. */
  readonly chat?: boolean;
  readonly profileTo?: string | undefined;
}

/** The real server, embedded target, in a process of its own. */
export class Posthorn {
  readonly api: PosthornApi;
  /** On 127.0.0.1. */
  readonly port: number;
  readonly meter: ProcessMeter;
  /** Epoch milliseconds just before the process was made. */
  readonly spawnedAt: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;

  private constructor(child: ChildProcess, pid: number, port: number, spawnedAt: number) {
    this.#child = child;
    this.port = port;
    this.#exited = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    this.meter = new ProcessMeter(pid);
    this.api = new PosthornApi(`http://127.0.0.1:${port}`, OWNER_KEY);
    this.spawnedAt = spawnedAt;
  }

  /** Starts it and waits until it is ready to serve. */
  static async start(options: PosthornOptions): Promise<Posthorn> {
    const server = await Posthorn.spawn(options);
    await server.whenReady();
    return server;
  }

  /** Only starts it. */
  static async spawn({
    fake,
    dataDir,
    maxBatch,
    maxInFlight,
    unmetered = false,
    chat = false,
    profileTo,
  }: PosthornOptions): Promise<Posthorn> {
    mkdirSync(dirname(dataDir), { recursive: true });
    const config = `${dataDir}.config.json`;
    const resend = { ratePerSecond: UNLIMITED, burst: UNLIMITED, maxBatch, maxInFlight };
    const perKey = { perSecond: UNLIMITED, burst: UNLIMITED };
    const door = { ...(unmetered && { perKey }), ...(chat && { trustedProxies: ['127.0.0.0/8'] }) };
    const talk = chat ? { chat: { flood: perKey, bustle: perKey } } : {};
    writeFileSync(config, JSON.stringify({ email: { resend }, door, ...talk }));
    const port = await freePort();
    const profile = profileTo === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileTo}`];
    const spawnedAt = Date.now();
    const child = spawn(process.execPath, [...profile, '--import', PROBE, MAIN], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'production',
        PORT: String(port),
        POSTHORN_DATA_DIR: dataDir,
        POSTHORN_API_KEY: OWNER_KEY,
        POSTHORN_CONFIG: config,
        ...(chat && { CHAT_JWT_SECRET: TOKEN_SECRET }),
        ...(fake && { EMAIL_PROVIDERS: 'resend', RESEND_API_KEY: fake.apiKey, RESEND_BASE_URL: fake.url }),
        LOG_LEVEL: 'warn',
      },
    });
    if (child.pid === undefined || !child.stdout) throw new Error('the server could not be started');
    // Its log, from warnings up; its greeting is of no interest here.
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) process.stderr.write(`${line}\n`);
    });
    return new Posthorn(child, child.pid, port, spawnedAt);
  }

  /** Resolves when it serves. @throws Error if it ends instead, or takes too long */
  async whenReady(): Promise<void> {
    const deadline = performance.now() + START_WITHIN_MS;
    while (!(await this.api.isReady())) {
      if (this.#child.exitCode !== null) throw new Error(`the server ended with ${this.#child.exitCode}`);
      if (performance.now() > deadline)
        throw new Error(`the server was not ready within ${START_WITHIN_MS} ms`);
      await pause(LOOK_EVERY_MS);
    }
  }

  /** How late its serving event loop was since the last time this was asked. */
  lag(): Promise<Lag> {
    return new Promise((resolve, reject) => {
      const hear = (message: unknown): void => {
        this.#child.off('message', hear);
        resolve((message as { lag: Lag }).lag);
      };
      this.#child.on('message', hear);
      this.#child.send('lag', (error) => error && reject(error));
    });
  }

  /** As an operator stops it; resolves with its exit code. */
  stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.#exited;
  }

  /** As a power cut does. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
