import { describe, expect, it } from '@jest/globals';
import { MemoryEventSink } from '#adapters/memory/events/memory-event-sink.js';
import type { Verdict } from '#domain/delivery/model/retry-policy.js';
import type { Claim } from '#ports/delivery/lanes.js';
import { aDispatch, START } from '#ports/delivery/testing/delivery-stores.js';
import { tellSink } from './tell-sink.js';

describe('what analysts are told of a call', () => {
  const dispatch = aDispatch().build();
  const put = (sink: MemoryEventSink, ...verdicts: Verdict[]): void =>
    tellSink(sink, dispatch, {
      ...{ claim: { lane: 'bulk' } as Claim, key: 'call-1', provider: 'ses', now: START },
      verdicts: verdicts.map((verdict, ordinal) => ({ ordinal, verdict })),
    });

  it('is what became of each message in it, without a word of the provider', () => {
    const sink = new MemoryEventSink();
    put(
      sink,
      { to: 'accepted', providerMessageId: 'ada@example.com/1' },
      { to: 'failed', reason: 'ada@example.com is not known', hardBounce: true },
      { to: 'pending', reason: 'ada@example.com: later', spent: true, elsewhere: false, dueAt: START },
    );
    expect(sink.taken.map(({ type }) => type)).toEqual([
      'delivery.accepted',
      'delivery.failed',
      'delivery.retried',
    ]);
    const { id: dispatchId, workspaceId, channel } = dispatch;
    expect(sink.taken[0]).toEqual({
      ...{ id: `${dispatchId}/0/call-1`, at: START, type: 'delivery.accepted', workspaceId },
      fields: { dispatchId, ordinal: 0, channel, lane: 'bulk', provider: 'ses' },
    });
    expect(JSON.stringify(sink.taken)).not.toContain('example.com');
  });

  it('has the same id when it is told again', () => {
    const sink = new MemoryEventSink();
    for (let n = 0; n < 2; n++) put(sink, { to: 'dead', reason: 'no provider took it' });
    expect(new Set(sink.taken.map(({ id }) => id)).size).toBe(1);
  });
});
