import { describe, expect, it } from '@jest/globals';
import { aSinkEvent, describeEventSinkContract } from '#ports/events/event-sink.contract.js';
import { MemoryEventSink } from './memory-event-sink.js';

describeEventSinkContract('MemoryEventSink', () => {
  const sink = new MemoryEventSink();
  return Promise.resolve({
    sink,
    taken: () => Promise.resolve(sink.taken),
    close: () => Promise.resolve(),
  });
});

describe('MemoryEventSink', () => {
  it('keeps the latest', () => {
    const sink = new MemoryEventSink(2);
    for (const id of ['e1', 'e2', 'e3']) sink.put(aSinkEvent(id));
    expect(sink.taken.map(({ id }) => id)).toEqual(['e2', 'e3']);
  });
});
