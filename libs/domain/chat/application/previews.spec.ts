import { beforeEach, describe, expect, it } from '@jest/globals';
import { ChatTables } from '#adapters/memory/chat/memory-chat.js';
import { MemoryAttachments } from '#adapters/memory/chat/memory-attachments.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryBlobs } from '#adapters/memory/system/memory-blobs.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import type { Upload } from '#domain/chat/model/upload.js';
import type { ImagePreviews, Previewed } from '#ports/chat/image-previews.js';
import { acme } from '#ports/delivery/testing/delivery-stores.js';
import { inChunks } from '../testing/files.js';
import { MakePreviews } from './make-previews.js';
import { OpenPreview } from './open-preview.js';
import { SweepAttachments } from './sweep-attachments.js';

const HOUR = 3_600_000;
const anna = { workspaceId: acme, userId: 'anna' };
const made: Previewed = {
  kind: 'made',
  previews: [
    { size: 320, width: 320, height: 200, bytes: Buffer.from('small') },
    { size: 1280, width: 1280, height: 800, bytes: Buffer.from('large') },
  ],
};

/** Answers as it was last told to, when it was told to. */
class Painter implements ImagePreviews {
  answer: () => Promise<Previewed> = () => Promise.resolve(made);
  asked = 0;

  async make(): Promise<Previewed> {
    this.asked += 1;
    return this.answer();
  }
}

/** Dies when it is told to. */
class MortalAttachments extends MemoryAttachments {
  isDead = false;

  override async setPreview(...args: Parameters<MemoryAttachments['setPreview']>): Promise<void> {
    if (this.isDead) throw new Error('The process has died.');
    return super.setPreview(...args);
  }
}

describe('Previews', () => {
  let clock: DrivenClock;
  let attachments: MortalAttachments;
  let blobs: MemoryBlobs;
  let painter: Painter;
  let log: MemoryLog;
  let make: MakePreviews;
  let open: OpenPreview;
  let upload: Upload;
  beforeEach(async () => {
    clock = new DrivenClock();
    log = new MemoryLog();
    attachments = new MortalAttachments(new ChatTables());
    blobs = new MemoryBlobs(clock);
    painter = new Painter();
    restart();
    upload = await anUpload('att_1', 'image/png');
  });
  const restart = (): void => {
    make = new MakePreviews(attachments, blobs, painter, clock, log);
    open = new OpenPreview(attachments, blobs, make);
  };
  const anUpload = async (id: string, mediaType: string): Promise<Upload> => {
    await blobs.put(id, inChunks(Buffer.from('bytes')));
    const about = { id, name: 'a', mediaType, bytes: 5, workspaceId: acme, uploaderId: 'anna' };
    await attachments.insert({ ...about, uploadedAt: clock.now() });
    return { ...about, uploadedAt: clock.now() };
  };
  const text = async (size: 320 | 1280): Promise<string> =>
    Buffer.from(await open.run(anna, 'att_1', size)).toString();
  const stored = async (): Promise<string[]> => {
    const names: string[] = [];
    for await (const name of blobs.storedBefore(Infinity)) names.push(name);
    return names.sort();
  };
  const notFound = { name: 'Refusal', code: 'not_found' };

  it('are made when an image is uploaded, and kept', async () => {
    expect(await make.soon(upload)).toEqual({ ...upload, preview: { width: 1280, height: 800 } });
    expect(await attachments.find(acme, 'anna', 'att_1')).toMatchObject({
      preview: { width: 1280, height: 800 },
    });
    expect([await text(320), await text(1280)]).toEqual(['small', 'large']);
    expect(painter.asked).toBe(1);
  });

  it('are made of images only', async () => {
    const file = await anUpload('att_2', 'application/pdf');
    expect(await make.soon(file)).toEqual(file);
    await expect(open.run(anna, 'att_2', 320)).rejects.toMatchObject(notFound);
    expect(painter.asked).toBe(0);
  });

  it('that cannot be made are not tried again, and the file is a file like others', async () => {
    painter.answer = () => Promise.resolve({ kind: 'none', reason: 'too_large' });
    expect(await make.soon(upload)).toEqual({ ...upload, hasNoPreview: true });
    restart();
    await expect(text(320)).rejects.toMatchObject(notFound);
    expect(painter.asked).toBe(1);
    expect(await stored()).toEqual(['att_1']);
  });

  it('are waited for so long by who uploads, and made all the same', async () => {
    let finish = (): void => {};
    painter.answer = () => new Promise((resolve) => (finish = () => resolve(made)));
    const answer = make.soon(upload);
    await clock.advance(3_000);
    expect(await answer).toEqual(upload);
    const asked = text(320);
    await clock.advance(0);
    finish();
    expect(await asked).toBe('small');
    expect(painter.asked).toBe(1);
  });

  it('are for who may have the file', async () => {
    await make.soon(upload);
    await expect(open.run({ ...anna, userId: 'zoe' }, 'att_1', 320)).rejects.toMatchObject(notFound);
  });

  it('are made when somebody asks, where the process died before', async () => {
    expect(await text(320)).toBe('small');
    expect(painter.asked).toBe(1);
    expect(await attachments.find(acme, 'anna', 'att_1')).toMatchObject({
      preview: { width: 1280, height: 800 },
    });
  });

  it('are made again where it died before that was written down', async () => {
    attachments.isDead = true;
    expect(await make.soon(upload)).toEqual(upload);
    expect(log.entries).toMatchObject([{ event: 'previews.not_made' }]);
    attachments.isDead = false;
    restart();
    expect(await text(1280)).toBe('large');
    expect(painter.asked).toBe(2);
  });

  it('are made again where their bytes are gone', async () => {
    await make.soon(upload);
    await blobs.remove('att_1_320');
    expect(await text(320)).toBe('small');
  });

  it('of a machine that can make none are not there, and asked for anew by a later one', async () => {
    painter.answer = () => Promise.resolve({ kind: 'unavailable', reason: 'not_installed' });
    expect(await make.soon(upload)).toEqual(upload);
    await expect(text(320)).rejects.toMatchObject(notFound);
    painter.answer = () => Promise.resolve(made);
    expect(await text(320)).toBe('small');
  });

  it('are to be asked for later while too many are being made', async () => {
    painter.answer = () => Promise.resolve({ kind: 'unavailable', reason: 'busy' });
    await expect(text(320)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 2_000 });
  });

  it('go with their file, and no sooner', async () => {
    const sweep = new SweepAttachments(attachments, blobs, clock, log);
    await make.soon(upload);
    sweep.start();
    await clock.advance(23 * HOUR);
    expect(await stored()).toEqual(['att_1', 'att_1_1280', 'att_1_320']);
    // Of an upload of which nobody knows: the process died before.
    await blobs.put('att_9_320', inChunks(Buffer.from('lost')));
    await clock.advance(2 * HOUR);
    expect(await stored()).toEqual(['att_9_320']);
    await clock.advance(24 * HOUR);
    expect(await stored()).toEqual([]);
    await sweep.stop();
  });
});
