import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { type DeliveryStatus, deliveryStatuses } from './delivery.js';
import type { ProviderEventKind } from './provider-event.js';
import { isEarly, rankOf, scopeOfOptOut, statusAfter } from './provider-report.js';

type Told = { kind: ProviderEventKind; permanent?: boolean };

const kinds: readonly ProviderEventKind[] = [
  'sent',
  'delayed',
  'delivered',
  'bounced',
  'complained',
  'failed',
  'opened',
  'clicked',
  'read',
  'opted_out',
  'opted_in',
];
const told = fc.record({ kind: fc.constantFrom(...kinds), permanent: fc.boolean() });

/** As a store does it: after each event, by the highest of those it has been told. */
function standing(from: DeliveryStatus, events: readonly Told[]): DeliveryStatus {
  let highest = 0;
  let status = from;
  for (const event of events) {
    highest = Math.max(highest, rankOf(event));
    status = statusAfter(status, highest);
  }
  return status;
}

const gone: Told = { kind: 'bounced', permanent: true };
const turnedAway: Told = { kind: 'bounced', permanent: false };

describe('Where a message stands after what its provider told', () => {
  it.each<[Told, DeliveryStatus]>([
    [{ kind: 'sent' }, 'accepted'],
    [{ kind: 'delayed' }, 'accepted'],
    [{ kind: 'delivered' }, 'delivered'],
    [{ kind: 'read' }, 'delivered'],
    [{ kind: 'opened' }, 'delivered'],
    [{ kind: 'clicked' }, 'delivered'],
    [turnedAway, 'bounced'],
    [{ kind: 'bounced' }, 'bounced'],
    [gone, 'bounced'],
    [{ kind: 'failed' }, 'bounced'],
    [{ kind: 'complained' }, 'complained'],
  ])('%j makes of accepted and of unknown %s', (event, status) => {
    expect(standing('accepted', [event])).toBe(status);
    expect(standing('unknown', [event])).toBe(status);
  });

  it.each(['opted_out', 'opted_in'] as const)('says nothing of the message when it is %s', (kind) => {
    expect(standing('unknown', [{ kind }])).toBe('unknown');
    expect(standing('delivered', [{ kind }])).toBe('delivered');
  });

  it('has arrived in spite of an out-of-office answer, and has not if the host sent it back for good', () => {
    expect(standing('accepted', [{ kind: 'delivered' }, turnedAway])).toBe('delivered');
    expect(standing('accepted', [{ kind: 'delivered' }, gone])).toBe('bounced');
  });

  it('is the same in any order and under any repetition', () => {
    const orders = fc
      .array(told, { maxLength: 8 })
      .chain((events) =>
        fc.tuple(
          fc.constant(events),
          fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
        ),
      );
    fc.assert(
      fc.property(orders, fc.constantFrom(...deliveryStatuses), ([one, other], from) => {
        expect(standing(from, other)).toBe(standing(from, one));
      }),
    );
  });

  it('never changes a message that no provider has', () => {
    const ended = ['failed', 'dead', 'suppressed', 'cancelled', 'expired', 'pending', 'submitting'] as const;
    fc.assert(
      fc.property(fc.array(told), fc.constantFrom(...ended), (events, from) => {
        expect(standing(from, events)).toBe(from);
      }),
    );
  });

  it('waits for the call to be settled where the callback came first', () => {
    expect(deliveryStatuses.filter(isEarly)).toEqual(['pending', 'submitting']);
  });

  it('ends everything with a STOP by SMS, and marketing elsewhere', () => {
    expect(['sms', 'whatsapp', 'email'].map(scopeOfOptOut)).toEqual(['all', 'marketing', 'marketing']);
  });
});
