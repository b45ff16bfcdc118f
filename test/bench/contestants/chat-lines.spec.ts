import { describe, expect, it } from '@jest/globals';
import { clientFrame, FrameReader } from './frame-socket.js';
import { numberAfter } from './line.js';
import { elementEnd } from './xmpp-line.js';

/** As a server sends it: without the mask. */
function serverFrame(text: string): Buffer {
  const frame = clientFrame(text);
  const head = frame.length - 4 - text.length;
  frame[1] = (frame[1] ?? 0) & 0x7f;
  return Buffer.concat([frame.subarray(0, head), Buffer.from(text)]);
}

describe('a reader of frames', () => {
  const texts = ['short', 'x'.repeat(126), 'y'.repeat(65_536), ''];
  const bytes = Buffer.concat(texts.map(serverFrame));

  it('finds frames of every length', () => {
    expect(new FrameReader().push(bytes)).toEqual(texts);
  });

  it('finds them wherever the stream is cut', () => {
    for (const at of [1, 2, 6, 8, 9, 11, 12, 200, 300, bytes.length - 1]) {
      const reader = new FrameReader();
      expect([...reader.push(bytes.subarray(0, at)), ...reader.push(bytes.subarray(at))]).toEqual(texts);
    }
  });

  it('keeps nothing of the chunk it was given', () => {
    const reader = new FrameReader();
    const chunk = Buffer.from(bytes.subarray(0, 4));
    expect(reader.push(chunk)).toEqual([]);
    chunk.fill(0);
    expect(reader.push(bytes.subarray(4))).toEqual(texts);
  });
});

describe('the end of an element', () => {
  it.each([
    ["<a h='1'/><r/>", "<a h='1'/>"],
    ["<message id='m1'><body>x</body></message><r/>", "<message id='m1'><body>x</body></message>"],
    ["<?xml version='1.0'?><stream:stream>", "<?xml version='1.0'?>"],
    ["<stream:stream id='1'><stream:features>", "<stream:stream id='1'>"],
  ])('of %s', (text, first) => {
    expect(text.slice(0, elementEnd(text))).toBe(first);
  });

  it.each(['<message', "<message id='m1'><body>x</body>"])('is not there yet in %s', (text) => {
    expect(elementEnd(text)).toBeUndefined();
  });
});

describe('a number in a packet', () => {
  it('stands behind its mark', () => {
    expect(numberAfter('{"clientMessageId":"m1234","text"', '"clientMessageId":"m')).toBe(1234);
    expect(numberAfter('{"text":"m1"}', '"clientMessageId":"m')).toBeUndefined();
  });
});
