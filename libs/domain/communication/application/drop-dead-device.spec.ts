import { beforeEach, describe, expect, it } from '@jest/globals';
import { email } from '#adapters/channels/email-channel.js';
import { push } from '#adapters/channels/push-channel.js';
import { RegisteredChannels } from '#adapters/channels/registered-channels.js';
import { MemoryProfiles } from '#adapters/memory/communication/memory-profiles.js';
import { MemoryDeliveryBackbone } from '#adapters/memory/delivery/memory-delivery-backbone.js';
import { MemoryDispatches } from '#adapters/memory/delivery/memory-dispatches.js';
import { MemoryLanes } from '#adapters/memory/delivery/memory-lanes.js';
import { MemoryLedger } from '#adapters/memory/delivery/memory-ledger.js';
import { MemorySuppressions } from '#adapters/memory/delivery/memory-suppressions.js';
import { MemoryOutbox } from '#adapters/memory/events/memory-outbox.js';
import { CountingIds } from '#adapters/memory/system/counting-ids.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import { RelayEvents } from '#domain/events/relay-events.js';
import { aDevice, aNotification } from '#ports/communication/testing/communication-stores.js';
import { acme, rival, START } from '#ports/delivery/testing/delivery-stores.js';
import { AddDevice } from './add-device.js';
import { DropDeadDevice } from './drop-dead-device.js';
import { legDispatchId } from './notification-dispatch.js';

const TOKEN = 'token:of-a-phone-thrown-away';

describe('a device that its provider knows no more', () => {
  let clock: DrivenClock;
  let outbox: MemoryOutbox;
  let backbone: MemoryDeliveryBackbone;
  let profiles: MemoryProfiles;
  const channels = new RegisteredChannels([push, email]);
  beforeEach(() => {
    clock = new DrivenClock(START);
    outbox = new MemoryOutbox();
    backbone = new MemoryDeliveryBackbone(outbox, new CountingIds(), clock);
    profiles = new MemoryProfiles();
  });

  const register = (address = TOKEN, change = {}) =>
    profiles.addDevice(aDevice({ address, createdAt: clock.now(), ...change }));
  const left = async (workspaceId = acme): Promise<string[]> =>
    (await profiles.devices(workspaceId, 'anna')).map(({ address }) => address);

  /** A push to the address, of which its provider says that there is nobody. */
  async function refused(address: string, channel = 'push'): Promise<void> {
    const [dispatches, ledger] = [new MemoryDispatches(backbone), new MemoryLedger(backbone)];
    const id: DispatchId = legDispatchId(aNotification().order.id, channel);
    const content = { templateId: 't', templateVersion: 1, from: '', data: {} };
    const how = { lane: 'standard', purpose: 'transactional', unknownPolicy: 'resend' } as const;
    const giveUpAt = START + 86_400_000;
    await dispatches.open({ id, workspaceId: acme, channel, ...how, content, linkBase: '', giveUpAt });
    await ledger.accept(id, [{ address, ref: 'anna', data: '{}' }], clock.now());
    const { claims } = await new MemoryLanes(backbone).claim('standard', 1, 60_000, clock.now());
    const claim = claims[0]!;
    const call = { claim, key: `call of ${id}`, provider: 'fcm', now: clock.now() };
    await ledger.openIntent({ ...call, ordinals: [0], unsendable: [] });
    const verdict = { to: 'failed', reason: 'UNREGISTERED', hardBounce: true } as const;
    await ledger.settle({ ...call, verdicts: [{ ordinal: 0, verdict }] });
  }

  /** A process that lives until all events are told, or until it is killed after the first was acted on. */
  async function lives({ killed = false } = {}): Promise<void> {
    const drop = new DropDeadDevice(profiles, channels);
    const told = outbox.told.bind(outbox);
    if (killed) outbox.told = () => new Promise(() => {});
    const relay = new RelayEvents(outbox, clock, new SeededRandomness(), new MemoryLog());
    relay.on('address.gone', 'drop-device', (gone) => drop.run(gone));
    relay.start();
    await clock.advance(10);
    outbox.told = told;
    if (!killed) await relay.stop();
  }

  it('is nobody’s any more, and the others of its user stay', async () => {
    await register();
    await register('token:of-a-phone-in-use');
    await profiles.addDevice(aDevice({ address: TOKEN, workspaceId: rival }));
    await refused(TOKEN);
    expect(await left()).toHaveLength(2);
    await lives();
    expect(await left()).toEqual(['token:of-a-phone-in-use']);
    expect(await left(rival)).toEqual([TOKEN]);
  });

  it('is dropped by the next process, if this one dies before it has heard of it', async () => {
    await register();
    await refused(TOKEN);
    // Killed here: what is left is the outbox.
    await lives();
    expect(await left()).toEqual([]);
    expect(await outbox.untold(10)).toEqual([]);
  });

  it('is dropped once, if the process dies after that and it is told again', async () => {
    await register();
    await refused(TOKEN);
    await lives({ killed: true });
    expect(await left()).toEqual([]);
    await clock.advance(1_000);
    await register();
    await lives();
    expect(await left()).toEqual([TOKEN]);
  });

  it('is kept, and gets push again, if it is registered again before that is told', async () => {
    const suppressions = new MemorySuppressions(backbone);
    const suppressed = async () =>
      (await suppressions.page(acme, TOKEN, { limit: 10 })).data.map(({ reason }) => reason);
    await register();
    await refused(TOKEN);
    expect(await suppressed()).toEqual(['hard_bounce']);
    await clock.advance(1_000);
    const token = TOKEN.slice('token:'.length);
    await new AddDevice(profiles, channels, suppressions, clock).run(acme, 'anna', 'dev_2', {
      platform: 'ios',
      token,
    });
    await lives();
    expect(await left()).toEqual([TOKEN]);
    expect(await suppressed()).toEqual([]);
  });

  it('is not what an e-mail address is that bounced', async () => {
    await register('ada@example.com');
    await refused('ada@example.com', 'email');
    await lives();
    expect(await left()).toEqual(['ada@example.com']);
  });
});
