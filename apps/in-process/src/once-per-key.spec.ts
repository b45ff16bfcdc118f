import { beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { MemoryIdempotentRequests } from '#adapters/memory/workspace/memory-idempotent-requests.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { Ids } from '#ports/system/ids.js';
import { OncePerKey } from './once-per-key.js';

const ACME = 'wsp_acme' as WorkspaceId;
const RIVAL = 'wsp_rival' as WorkspaceId;
const LEASE_MS = 30_000;

/** Whose disk fails after the work was done and before that is on record. */
class Forgetful extends MemoryIdempotentRequests {
  forgets = true;

  override settle(...record: Parameters<MemoryIdempotentRequests['settle']>): Promise<boolean> {
    return this.forgets ? Promise.reject(new Error('The disk is full.')) : super.settle(...record);
  }
}

describe('what is asked under a key', () => {
  let clock: DrivenClock;
  let log: MemoryLog;
  let requests: Forgetful;
  beforeEach(() => {
    clock = new DrivenClock();
    log = new MemoryLog();
    requests = new Forgetful();
    requests.forgets = false;
  });
  const aProcess = () => new OncePerKey(requests, clock, log);
  const make = (made: string[] = []) =>
    async function (ids: Ids): Promise<{ id: string }> {
      const id = ids.next('ntf');
      made.push(id);
      return { id };
    };

  it('is carried out once, and answered alike', async () => {
    const made: string[] = [];
    const once = aProcess();
    const ask = () => once.run(ACME, 'k', '{"a":1}', make(made));
    const answers = [
      ...(await Promise.all([ask(), ask(), ask()])),
      await ask(),
      await aProcess().run(ACME, 'k', '{"a":1}', make(made)),
    ];
    expect(made).toHaveLength(1);
    expect(answers).toEqual(answers.map(() => ({ id: made[0] })));
  });

  it('is another thing under another key, and in another workspace', async () => {
    const once = aProcess();
    const answers = [
      await once.run(ACME, 'k', '{}', make()),
      await once.run(ACME, 'l', '{}', make()),
      await once.run(RIVAL, 'k', '{}', make()),
    ];
    expect(new Set(answers.map(({ id }) => id)).size).toBe(3);
  });

  it('comes out under the same id when the process died before it was on record', async () => {
    requests.forgets = true;
    const made: string[] = [];
    const first = await aProcess().run(ACME, 'k', '{}', make(made));
    expect(log.complaints).toEqual(['idempotency.not_recorded']);
    requests.forgets = false;
    await clock.advance(LEASE_MS + 1);
    expect(await aProcess().run(ACME, 'k', '{}', make(made))).toEqual(first);
    expect(made).toEqual([first.id, first.id]);
  });

  it('is told to come again while another process is at it', async () => {
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => (go = resolve));
    const first = aProcess().run(ACME, 'k', '{}', (ids) => gate.then(() => make()(ids)));
    await Promise.resolve();
    await expect(aProcess().run(ACME, 'k', '{}', make())).rejects.toMatchObject({
      code: 'idempotency_in_flight',
      retryAfterMs: 1000,
    });
    go();
    await first;
  });

  it('may be asked again after it was refused, but nothing else may be', async () => {
    const refuse = () => Promise.reject(new Refusal('missing_variable', 'There is no code.'));
    const once = aProcess();
    await expect(once.run(ACME, 'k', '{}', refuse)).rejects.toMatchObject({ code: 'missing_variable' });
    await expect(once.run(ACME, 'k', '{"a":1}', make())).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    });
    expect((await once.run(ACME, 'k', '{}', make())).id).toMatch(/^ntf_/);
  });

  it.each(['', 'ü', 'a b', 'x'.repeat(256)])('has a key that is one: not %j', async (key) => {
    await expect(aProcess().run(ACME, key, '{}', make())).rejects.toMatchObject({
      code: 'invalid_idempotency_key',
    });
  });
});
