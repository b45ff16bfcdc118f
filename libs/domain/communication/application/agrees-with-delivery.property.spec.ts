import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { sms } from '#adapters/channels/sms-channel.js';
import { deliveryId } from '#domain/delivery/model/delivery.js';
import type { ProviderEventKind } from '#domain/delivery/model/provider-event.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import { accepted, type Notification } from '#domain/communication/model/notification.js';
import { Moving } from '#domain/communication/testing/moving.js';
import { aNotification, aType } from '#ports/communication/testing/communication-stores.js';
import { acme, START } from '#ports/delivery/testing/delivery-stores.js';
import { legDispatchId, parseLegDispatchId } from './notification-dispatch.js';

/** One notification by SMS, its message in a provider's hands, over memory. */
class OneMessage {
  readonly #its = new Moving([sms]);
  readonly notification: Notification = accepted({
    ...aNotification({ to: { addresses: { phone: '+491701234567' } } }).order,
    acceptedAt: START,
  });
  readonly dispatch = legDispatchId(this.notification.order.id, 'sms');
  readonly delivery = deliveryId(this.dispatch, 0);
  #settle: () => Promise<void> = () => Promise.resolve();

  /** Up to the moment in which its provider has the bytes and has not answered yet. */
  async begin(): Promise<this> {
    const { types, notifications, move, lanes, ledger } = this.#its;
    await types.insert(aType({ channels: ['sms'], templates: { sms: { default: 'tpl_s' } } }));
    await notifications.accept([this.notification]);
    await move.whenDue(this.notification);
    const { claims } = await lanes.claim('standard', 1, 60_000, START);
    const claim = claims[0]!;
    const call = { claim, key: 'call_1', provider: 'twilio', now: START };
    await ledger.openIntent({ ...call, ordinals: [0], unsendable: [] });
    this.#settle = async () => {
      const verdict = { to: 'accepted' as const, providerMessageId: 'SM1' };
      await ledger.settle({ ...call, verdicts: [{ ordinal: 0, verdict }] });
    };
    return this;
  }

  async happens(step: Step): Promise<void> {
    if (step === 'answered') {
      await this.#settle();
      this.#settle = () => Promise.resolve();
      return;
    }
    const [kind, permanent] = step;
    const about = { provider: 'twilio', at: START, deliveryId: this.delivery };
    const event = { ...about, key: step.join(), kind, permanent };
    await this.#its.reports.apply([event], () => 'sms', START);
  }

  /** What is in the outbox, told in the given order and not crossed off: it may be told again. */
  async relay(order: (events: IntegrationEvent[]) => IntegrationEvent[] = (events) => events): Promise<void> {
    const { outbox, move } = this.#its;
    const events = (await outbox.untold(1000)).map(({ event }) => event);
    for (const event of order(events)) {
      if (event.type !== 'delivery.reported' && event.type !== 'dispatch.completed') continue;
      const leg = parseLegDispatchId(event.dispatchId)!;
      const isRead = event.type === 'delivery.reported' && event.kind === 'read';
      if (isRead) await move.read(acme, leg.id, 'sms');
      else await move.follow(acme, leg.id, 'sms');
    }
  }

  follow(): Promise<void> {
    return this.#its.move.follow(acme, this.notification.order.id, 'sms');
  }

  /** Happens once, after the next look at the delivery and before whoever looked goes on. */
  meanwhile(act: () => Promise<void>): void {
    const { delivery } = this.#its;
    const stats = delivery.stats.bind(delivery);
    delivery.stats = async (dispatch) => {
      const seen = await stats(dispatch);
      delivery.stats = stats;
      await act();
      return seen;
    };
  }

  async states(): Promise<{ delivery: string; leg: string; notification: string }> {
    const delivery = await this.#its.deliveries.find(acme, this.delivery);
    const now = await this.#its.notifications.find(acme, this.notification.order.id);
    return { delivery: delivery!.status, leg: now!.legs[0]!.state, notification: now!.status };
  }
}

type Report = readonly [ProviderEventKind, boolean];
type Step = Report | 'answered';

const REPORTS: readonly Report[] = [
  ['sent', false],
  ['delayed', false],
  ['delivered', false],
  ['bounced', false],
  ['bounced', true],
  ['failed', false],
  ['complained', false],
  ['read', false],
];

/** What a notification is where its delivery is this. */
function expected(delivery: string, wasRead: boolean): string {
  if (delivery === 'accepted') return 'sent';
  if (delivery === 'bounced') return 'bounced';
  return wasRead ? 'read' : 'delivered';
}

describe('a notification and its delivery', () => {
  it('end in the same state, the same for every order and repetition of what the provider tells', async () => {
    const story = fc
      .uniqueArray(fc.constantFrom(...REPORTS), { maxLength: 5, selector: String })
      .chain((told) =>
        fc.record({
          told: fc.constant(told),
          // The provider's answer to our own call may come after its callbacks; each may be told several times.
          steps: fc.shuffledSubarray<Step>([...told, ...told, 'answered'], {
            minLength: told.length * 2 + 1,
          }),
          relays: fc.array(fc.boolean(), { minLength: 11, maxLength: 11 }),
          reversed: fc.boolean(),
        }),
      );
    await fc.assert(
      fc.asyncProperty(story, async ({ told, steps, relays, reversed }) => {
        const its = await new OneMessage().begin();
        for (const [i, step] of steps.entries()) {
          await its.happens(step);
          if (relays[i] === true) await its.relay();
        }
        await its.relay((events) => (reversed ? events.reverse() : events));

        const plain = await new OneMessage().begin();
        await plain.happens('answered');
        for (const one of told) await plain.happens(one);
        await plain.relay();

        const ended = await its.states();
        expect(ended).toEqual(await plain.states());
        const wasRead = told.some(([kind]) => kind === 'read');
        const state = expected(ended.delivery, wasRead);
        expect(ended).toEqual({ delivery: ended.delivery, leg: state, notification: state });
      }),
      { numRuns: 300 },
    );
  });

  it('agree where one process has looked at the delivery before another, and would save after it', async () => {
    const its = await new OneMessage().begin();
    await its.happens('answered');
    await its.happens(['delivered', false]);
    its.meanwhile(async () => {
      await its.happens(['bounced', true]);
      await its.follow();
    });
    await its.follow();
    expect(await its.states()).toEqual({ delivery: 'bounced', leg: 'bounced', notification: 'bounced' });
  });
});
