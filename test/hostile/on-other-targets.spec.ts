import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { callbackRows } from './corpus/callbacks.js';
import { chatRows } from './corpus/chat.js';
import { notificationRows } from './corpus/notifications.js';
import { userRows } from './corpus/users.js';
import { webhookRows } from './corpus/webhooks.js';
import { corpus } from './corpus.js';
import { HostileCloud, type Items } from './hostile-cloud.js';
import type { HttpAnswer } from './http-client.js';
import type { Json } from './known-world.js';
import { filledWith, playRow } from './play-row.js';
import type { HostileRow } from './rows.js';

/** This starts processes, on a machine that may be busy with others. */
const PATIENCE_MS = 240_000;
jest.setTimeout(PATIENCE_MS);

const all = [...corpus, ...notificationRows, ...userRows, ...webhookRows, ...callbackRows, ...chatRows];
/** Items of the list that are gone through side by side. */
const SIDE_BY_SIDE = 8;

/** Answers are kept under their Idempotency-Key, a look at the health writes, and workers take up and put back what waits. */
const NOBODYS = /^(REQUEST|STORAGEPROBE|PCL|TIMERS?)#|^STORAGEPROBE /;
/** What waits, what was sent, what was captured, and the events to come of it. */
const NO_MESSAGE = /^(?!(DSP|CAP\w+|OUTBOX)#)/;
/** An operator is to see that somebody guesses, or that a secret is wrong. */
const MEANT = /"event":"callback\.(refused|malformed)"/;

describe('hostile input on the one table', () => {
  let world: HostileCloud;
  beforeAll(async () => {
    world = await HostileCloud.start();
  });
  afterAll(() => world.stop());

  /** In what was answered, what should not have been. Rows of one item come in their order. */
  const complaints = async (rows: readonly HostileRow[]): Promise<readonly string[]> => {
    const wrong: string[] = [];
    const queue = [...Map.groupBy(rows, ({ item }) => item).values()];
    const player = async (): Promise<void> => {
      for (let group = queue.shift(); group; group = queue.shift())
        for (const row of group) {
          const answer = await playRow(world.url, row, (text) => filledWith(world.known, text));
          const fault = faultIn(answer, row);
          if (fault !== undefined) wrong.push(`${row.item}. ${row.name}: ${fault}`);
        }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, player));
    return wrong;
  };
  /** What is refused changes nothing, and what is not sends nothing. */
  const answersAll = async (rows: readonly HostileRow[]): Promise<void> => {
    const before = await world.stored(NOBODYS);
    expect(await complaints(rows.filter(({ code }) => code !== undefined))).toEqual([]);
    expect(changes(before, await world.stored(NOBODYS))).toEqual([]);
    const messages = await world.stored(NO_MESSAGE);
    expect(await complaints(rows.filter(({ code }) => code === undefined))).toEqual([]);
    expect(changes(messages, await world.stored(NO_MESSAGE))).toEqual([]);
  };
  const isWell = async (): Promise<void> => {
    expect(world.process.alive).toBe(true);
    expect(await world.owner.get('GET', '/health/ready')).toEqual({ status: 'ok', reasons: [] });
    const grave = world.process.stdout
      .split('\n')
      .filter((line) => /"level":"(warn|error|fatal)"/.test(line) && !MEANT.test(line));
    expect({ grave, stderr: world.process.stderr }).toEqual({ grave: [], stderr: '' });
    expect(/.{0,40}c[a4]nary.{0,40}/i.exec(world.process.stdout)?.[0]).toBeUndefined();
    expect(world.trapped).toBe(0);
  };

  it('has the same answers on the container target, and changes nothing', async () => {
    await answersAll(all);
    await isWell();
  });

  it('has the same answers of a function, but for what API Gateway refuses or decodes', async () => {
    expect(await world.goBehindGateway()).toBe(0);
    await answersAll(all.flatMap(behindGateway));
    await isWell();
  });
});

/** As it is there; none of what no function is asked. */
function behindGateway(row: HostileRow): HostileRow[] {
  if (row.gateway === 'unasked') return [];
  return [row.gateway === undefined ? row : { ...row, ...row.gateway }];
}

/** Undefined if it is what was to be answered. */
function faultIn({ status, headers, text }: HttpAnswer, row: HostileRow): string | undefined {
  const problem = text.startsWith('{') ? (JSON.parse(text) as Json) : {};
  const told = `${status} ${String(problem['code'])}`;
  if (status !== row.status || problem['code'] !== row.code)
    return `${told} instead of ${row.status} ${String(row.code)}`;
  const unsaid = row.says.find((words) => !words.test(text));
  if (unsaid) return `${told} does not say ${String(unsaid)}`;
  if (row.code !== undefined && headers['content-type'] !== 'application/problem+json')
    return `${told} is ${headers['content-type']}`;
  const faults = (problem['errors'] ?? []) as { pointer: string }[];
  return row.pointer === undefined || faults.some(({ pointer }) => pointer === row.pointer)
    ? undefined
    : `${told} does not point to ${row.pointer}`;
}

/** Where something is that was not there, or is not what it was. */
function changes(before: Items, after: Items): string[] {
  const places = new Set([...before.keys(), ...after.keys()]);
  return [...places].filter((place) => before.get(place) !== after.get(place));
}
