import { describe, expect, it } from '@jest/globals';
import { BodyBuffers } from './body-buffers.js';

describe('buffers for request bodies', () => {
  it('are as large as asked for, or larger', () => {
    const buffers = new BodyBuffers(2);
    for (const bytes of [0, 1, 4096, 4097, 450_000])
      expect(buffers.take(bytes).length).toBeGreaterThanOrEqual(bytes);
  });

  it('are used again once they are given back, whole, whatever part of them the body was', () => {
    const buffers = new BodyBuffers(2);
    const first = buffers.take(450_000);
    buffers.giveBack(first.subarray(0, 10));
    const second = buffers.take(450_000);
    expect(second.buffer).toBe(first.buffer);
    expect(second.length).toBe(first.length);
  });

  it('are never shared by two bodies at once', () => {
    const buffers = new BodyBuffers(2);
    const given = buffers.take(1000);
    buffers.giveBack(given);
    const taken = [buffers.take(1000), buffers.take(1000), buffers.take(1000)];
    expect(new Set(taken.map(({ buffer }) => buffer)).size).toBe(3);
  });

  it('are replaced when a body needs a larger one', () => {
    const buffers = new BodyBuffers(1);
    buffers.giveBack(buffers.take(1000));
    expect(buffers.take(450_000).length).toBeGreaterThanOrEqual(450_000);
  });

  it('are let go when they are too many, or too large to keep', () => {
    const buffers = new BodyBuffers(1);
    const [kept, spare] = [buffers.take(1000), buffers.take(1000)];
    buffers.giveBack(kept);
    buffers.giveBack(spare);
    expect(buffers.take(1000).buffer).toBe(kept.buffer);
    expect(buffers.take(1000).buffer).not.toBe(spare.buffer);
    const huge = buffers.take(5_000_000);
    buffers.giveBack(huge);
    expect(buffers.take(5_000_000).buffer).not.toBe(huge.buffer);
  });
});
