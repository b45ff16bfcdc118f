import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Dispatch, DispatchId, Lane } from '#domain/delivery/model/dispatch.js';
import { aNotification, moved } from '#ports/communication/testing/communication-stores.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { MonotonicUlids } from '#adapters/system/monotonic-ulids.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { SqliteNotifications } from '../communication/sqlite-notifications.js';
import { SqliteDispatches } from '../delivery/sqlite-dispatches.js';
import { SqliteLanes } from '../delivery/sqlite-lanes.js';
import { SqliteLedger } from '../delivery/sqlite-ledger.js';
import { SqliteStorage } from './storage-client.js';
import { PlayedThread } from './testing/played-thread.js';

/** What is urgent is written before everything that is not and waits with it: pages of a campaign, say. */
describe('on its way to the provider a critical notification waits for nobody at the writer', () => {
  const clock = new SystemClock();
  const dispatchId = 'nem_1' as DispatchId;
  let writer: PlayedThread;
  let reader: PlayedThread;
  let storage: SqliteStorage;

  beforeEach(() => {
    writer = new PlayedThread();
    reader = new PlayedThread();
    storage = new SqliteStorage(writer.client, reader.client);
  });
  afterEach(() => [writer, reader].forEach((thread) => thread.close()));

  const isUrgent = async (answer: unknown, written: Promise<unknown>): Promise<boolean> => {
    const ask = await writer.next();
    writer.answer(ask, answer);
    await written;
    return ask.urgent;
  };

  const aDispatchOn = (lane: Lane): Dispatch => ({
    id: dispatchId,
    workspaceId: 'wsp_1' as WorkspaceId,
    channel: 'email',
    lane,
    purpose: 'transactional',
    unknownPolicy: 'resend',
    linkBase: 'https://mail.example',
    content: { templateId: 'tpl_1', templateVersion: 1, from: 'news@example.com', data: {} },
    giveUpAt: 1,
  });

  const cases: [Lane, boolean][] = [
    ['critical', true],
    ['standard', false],
    ['bulk', false],
  ];

  it.each(cases)('when its route is kept (%s: %s)', async (lane, urgent) => {
    const before = aNotification({ lane });
    const saved = new SqliteNotifications(storage).save(before, moved(before, { status: 'sending' }));
    expect(await isUrgent('saved', saved)).toBe(urgent);
  });

  it('but not when what became of it is kept: each urgent ask costs a commit', async () => {
    const before = aNotification({ lane: 'critical' });
    const saved = new SqliteNotifications(storage).save(before, moved(before, { status: 'sent' }));
    expect(await isUrgent('saved', saved)).toBe(false);
  });

  it.each(cases)('when its leg is opened (%s: %s)', async (lane, urgent) => {
    const dispatch = aDispatchOn(lane);
    const recipient = { address: 'ada@example.com', ref: '', data: '{}' };
    const ledger = new SqliteLedger(storage, new MonotonicUlids(clock, new CryptoRandomness()));
    expect(await isUrgent({ added: 1 }, ledger.openWhole(dispatch, [recipient], 1))).toBe(urgent);
    expect(await isUrgent(null, new SqliteDispatches(storage, clock).open(dispatch))).toBe(urgent);
  });

  it.each(cases)('when a worker takes it in hand and looks at it (%s: %s)', async (lane, urgent) => {
    expect(await isUrgent({ claims: [] }, new SqliteLanes(storage).claim(lane, 1, 1, 1))).toBe(urgent);
    const claim = { parcel: '1', fence: 1, lane, dispatchId, members: [], receives: 1, giveUpAt: 1 };
    const loaded = new SqliteLedger(storage, new MonotonicUlids(clock, new CryptoRandomness())).load(claim);
    const ask = await reader.next();
    reader.answer(ask, undefined);
    await loaded;
    expect(ask.urgent).toBe(urgent);
  });

  it.each([
    [1, true],
    [10, true],
    [11, false],
    [1000, false],
  ])(
    'when its message is put into the ledger, which knows it by its %i recipients (%s)',
    async (count, urgent) => {
      const ledger = new SqliteLedger(storage, new MonotonicUlids(clock, new CryptoRandomness()));
      const recipients = Array.from({ length: count }, (_, n) => ({
        address: `${n}@example.com`,
        ref: '',
        data: '{}',
      }));
      expect(await isUrgent({ added: count }, ledger.accept(dispatchId, recipients, 1))).toBe(urgent);
    },
  );
});
