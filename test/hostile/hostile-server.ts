import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { callbackSettings, PUBLIC_URL } from './corpus/callbacks.js';
import type { HttpAnswer } from './http-client.js';
import { TOKEN_SECRET } from './corpus/user-tokens.js';
import { Client, folderOfTwo, type Known, OWNER_KEY, PROVIDER_SECRET, settle } from './known-world.js';
import type { Lag } from './lag-probe.js';
import { filledWith, playRow } from './play-row.js';
import { PosthornProcess } from './posthorn-process.js';
import type { HostileRow } from './rows.js';
import { StoredState } from './stored-state.js';
import { Trap } from './trap.js';

/** Milliseconds in which nobody else is served, at most. */
export const MOST_LAG_MS = 50;
/** A row that seemed to take longer on a busy machine is played alone again, so often. */
const TRIES = 3;

/** A server of its own, as operators run it, over a world that is known, and somebody who asks it everything. */
export class HostileServer {
  readonly process: PosthornProcess;
  readonly url: string;
  readonly owner: Client;
  readonly known: Known;
  readonly stored: StoredState;
  readonly #folder: string;
  readonly #trap: Trap;

  private constructor(folder: string, process: PosthornProcess, url: string, known: Known, trap: Trap) {
    this.#folder = folder;
    this.process = process;
    this.url = url;
    this.known = known;
    this.owner = new Client(url);
    this.stored = new StoredState(join(folder, 'data', 'posthorn.db'));
    this.#trap = trap;
  }

  /** @param crowd devices that one user of the second workspace has */
  static async start({ crowd = 0 } = {}): Promise<HostileServer> {
    const folder = await mkdtemp(join(tmpdir(), 'posthorn-hostile-'));
    await folderOfTwo(join(folder, 'data'), crowd);
    await writeFile(join(folder, 'posthorn.config.json'), JSON.stringify(callbackSettings));
    const trap = await Trap.open();
    const secrets = {
      POSTHORN_API_KEY: OWNER_KEY,
      RESEND_API_KEY: PROVIDER_SECRET,
      CHAT_JWT_SECRET: TOKEN_SECRET,
    };
    const env = { LOG_LEVEL: 'trace', POSTHORN_PUBLIC_URL: PUBLIC_URL, ...secrets };
    const process = new PosthornProcess(env, folder);
    const url = await process.url();
    const known = { ...(await settle(url)), trap: String(trap.port) };
    return new HostileServer(folder, process, url, known, trap);
  }

  /** How often something inside was called that nobody outside may have us call. */
  get trapped(): number {
    return this.#trap.calls;
  }

  filled(text: string): string {
    return filledWith(this.known, text);
  }

  play(row: HostileRow, change = (text: string) => this.filled(text)): Promise<HttpAnswer> {
    return playRow(this.url, row, change);
  }

  /** Plays it until its lag is in bounds, or it has had its tries: then it is not the machine, but us. */
  async playInTime<T>(act: () => Promise<T>): Promise<T> {
    const lags: Lag[] = [];
    for (let tries = 1; ; tries++) {
      await this.process.lag();
      const answer = await act();
      lags.push(await this.process.lag());
      if (Math.min(...lags.map(({ held }) => held)) < MOST_LAG_MS) return answer;
      if (tries === TRIES)
        throw new Error(`The server served nobody else meanwhile: ${JSON.stringify(lags)}`);
    }
  }

  async isWell(): Promise<void> {
    expect(this.process.alive).toBe(true);
    expect(await this.owner.get('GET', '/health/ready')).toEqual({ status: 'ok', reasons: [] });
  }

  /** What it said that an operator would be woken for, but for what hostile callers are meant to cause. */
  complaints(meant?: RegExp): readonly string[] {
    return this.process.stdout
      .split('\n')
      .filter((line) => /"level":"(warn|error|fatal)"/.test(line) && !meant?.test(line));
  }

  async stop(): Promise<void> {
    this.stored.close();
    await this.process.stop('SIGKILL');
    this.#trap.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
