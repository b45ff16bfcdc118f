import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import { SqliteOutbox } from '../outbox/sqlite-outbox.js';
import { SqliteStorageProbe } from '../storage-probe/sqlite-storage-probe.js';
import { SqliteEngine } from './sqlite-engine.js';

const event = (n: number): IntegrationEvent => ({
  type: 'dispatch.completed',
  workspaceId: 'wsp_1',
  dispatchId: `dsp_${n}`,
});

/** Of the writer itself: the probe's mark is an urgent ask, telling of an event is not. */
describe('at the writer', () => {
  let folder: string;
  let engine: SqliteEngine;
  let outbox: SqliteOutbox;
  let probe: SqliteStorageProbe;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'posthorn-urgent-'));
    engine = await SqliteEngine.open(folder);
    outbox = new SqliteOutbox(engine.storage);
    probe = new SqliteStorageProbe(engine.storage);
  });
  afterEach(async () => {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('what is urgent is committed by itself, and answered before what waits with it', async () => {
    const answered: string[] = [];
    const others = Array.from({ length: 100 }, (_, n) =>
      outbox.append(event(n), n).then(() => answered.push('ordinary')),
    );
    // Sent in one message with the others, and asked last.
    await probe.write().then(() => answered.push('urgent'));
    // Whatever came by the same message as its answer is heard of by the end of this turn.
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    expect(answered).toEqual(['urgent']);
    await Promise.all(others);
    expect(answered).toHaveLength(101);
  });

  it('what is not urgent gets its turn, however much that is urgent keeps coming', async () => {
    let [done, urgent] = [false, 0];
    const stream = async (): Promise<void> => {
      while (!done && urgent < 200_000) {
        urgent += 1;
        await probe.write();
      }
    };
    const streams = Promise.all(Array.from({ length: 64 }, stream));
    await probe.write();
    await Promise.all(Array.from({ length: 50 }, (_, n) => outbox.append(event(n), n)));
    done = true;
    await streams;
    expect(urgent).toBeLessThan(200_000);
    expect(await outbox.untold(100)).toHaveLength(50);
  });

  it('closing commits what it finds in hand, urgent or not', async () => {
    const asked = [probe.write(), ...Array.from({ length: 20 }, (_, n) => outbox.append(event(n), n))];
    const closed = engine.close();
    await Promise.all(asked);
    await closed;
    engine = await SqliteEngine.open(folder);
    expect(await new SqliteOutbox(engine.storage).untold(100)).toHaveLength(20);
  });
});
