import { describe, expect, it } from '@jest/globals';
import { MarkCounter } from './mark-counter.js';

describe('a mark counter', () => {
  const body = Buffer.from('"to":1,"to":2,"t"to":3"to""to":"to":');

  it.each([1, 2, 3, 4, 5, 6, 7, 11, 100])('counts the same in chunks of %i bytes', (size) => {
    const counter = new MarkCounter(Buffer.from('"to":'));
    for (let at = 0; at < body.length; at += size) counter.push(body.subarray(at, at + size));
    expect(counter.count).toBe(5);
  });
});
