import { beforeEach, describe, expect, it } from '@jest/globals';
import { ChatTables } from '#adapters/memory/chat/memory-chat.js';
import { memoryChatStores } from '#adapters/memory/chat/testing/memory-chat-stores.js';
import { MemoryAttachments } from '#adapters/memory/chat/memory-attachments.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryBlobs } from '#adapters/memory/system/memory-blobs.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import { aConversation, append, type ChatStores } from '#ports/chat/testing/chat-stores.js';
import { acme, rival } from '#ports/delivery/testing/delivery-stores.js';
import { inChunks, jpeg, png } from '../testing/files.js';
import { uploadIdOf } from '#domain/chat/model/direct-upload.js';
import { DirectUploads } from './direct-uploads.js';
import { OpenAttachment } from './open-attachment.js';
import { SweepAttachments } from './sweep-attachments.js';
import { TakeAttachments } from './take-attachments.js';
import { UploadAttachment } from './upload-attachment.js';

const HOUR = 3_600_000;
const LIMITS = { largest: 1_000_000, mostPixels: 1_000_000 };
const user = (userId: string, workspaceId = acme): ChatUser => ({ workspaceId, userId });

/** Dies when it is told to: what it was asked then and later is not done. */
class MortalAttachments extends MemoryAttachments {
  isDead = false;

  override async insert(...args: Parameters<MemoryAttachments['insert']>): Promise<void> {
    if (this.isDead) throw new Error('The process has died.');
    return super.insert(...args);
  }
}

class MortalBlobs extends MemoryBlobs {
  isDead = false;

  override async remove(name: string): Promise<void> {
    if (this.isDead) throw new Error('The process has died.');
    return super.remove(name);
  }
}

describe('Attachments', () => {
  let stores: ChatStores;
  let attachments: MortalAttachments;
  let blobs: MortalBlobs;
  let clock: DrivenClock;
  let uploads: UploadAttachment;
  let sweep: SweepAttachments;
  let log: MemoryLog;
  beforeEach(() => {
    const tables = new ChatTables();
    stores = memoryChatStores(tables);
    clock = new DrivenClock();
    log = new MemoryLog();
    attachments = new MortalAttachments(tables);
    blobs = new MortalBlobs(clock);
    uploads = new UploadAttachment(attachments, blobs, clock, LIMITS);
    sweep = new SweepAttachments(attachments, blobs, clock, log);
  });

  const upload = (id: string, bytes: AsyncIterable<Uint8Array> | Uint8Array = png(), name = 'a.png') =>
    uploads.run(user('anna'), { id, name, bytes: bytes instanceof Uint8Array ? inChunks(bytes) : bytes });
  const stored = async (): Promise<string[]> => {
    const names: string[] = [];
    for await (const name of blobs.storedBefore(Infinity)) names.push(name);
    return names.sort();
  };
  const open = async (id: string, by = user('anna')): Promise<Buffer> => {
    const opened = await new OpenAttachment(attachments, blobs).run(by, id);
    const chunks: Uint8Array[] = [];
    if (opened.kind === 'bytes') for await (const chunk of opened.bytes) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const refused = (code: string) => ({ name: 'Refusal', code });

  describe('uploaded', () => {
    it('are kept as they came, under what their bytes say they are', async () => {
      const photo = jpeg(40, 30, 400_000);
      expect(await upload('att_1', inChunks(photo, 7_777), '../photo.JPG')).toEqual({
        id: 'att_1',
        name: 'photo.JPG',
        mediaType: 'image/jpeg',
        width: 40,
        height: 30,
        bytes: photo.byteLength,
        workspaceId: acme,
        uploaderId: 'anna',
        uploadedAt: clock.now(),
      });
      expect((await open('att_1')).equals(photo)).toBe(true);
    });

    it('are as large as is allowed, and no larger', async () => {
      const whole = Buffer.concat([png(), Buffer.alloc(1_000_000 - png().byteLength)]);
      await upload('att_1', whole);
      expect((await open('att_1')).byteLength).toBe(1_000_000);
      const larger = upload('att_2', Buffer.concat([whole, Buffer.alloc(1)]));
      await expect(larger).rejects.toMatchObject(refused('body_too_large'));
      expect(await stored()).toEqual(['att_1']);
    });

    it.each([
      ['nothing', Buffer.alloc(0), 'validation_failed'],
      ['a page', Buffer.from('<!doctype html><script>x()</script>'), 'unsupported_media_type'],
      ['a picture with scripts', Buffer.from('<svg onload="x()"/>'), 'unsupported_media_type'],
      ['an image that would be enormous unpacked', png(1000, 1001), 'validation_failed'],
    ])('are refused as %s, and nothing of them is stored', async (_, file, code) => {
      await expect(upload('att_1', file)).rejects.toMatchObject(refused(code));
      expect(await stored()).toEqual([]);
    });

    it('are looked at before the rest of them is asked for', async () => {
      let asked = 0;
      async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
        for (;;) {
          asked += 1;
          yield Buffer.alloc(100_000, '<html>');
        }
      }
      await expect(upload('att_1', endless())).rejects.toMatchObject(refused('unsupported_media_type'));
      expect(asked).toBeLessThan(10);
    });

    it.each([100, 700_000])(
      'that break off after %d bytes leave nothing, and are taken when they come again',
      async (after) => {
        const photo = Buffer.concat([jpeg(40, 30), Buffer.alloc(900_000)]);
        async function* broken(): AsyncGenerator<Uint8Array, void, undefined> {
          yield* inChunks(photo.subarray(0, after));
          throw new Error('The connection was lost.');
        }
        await expect(upload('att_1', broken(), 'a.jpg')).rejects.toThrow('The connection was lost.');
        expect(await stored()).toEqual([]);
        await upload('att_1', inChunks(photo), 'a.jpg');
        expect((await open('att_1')).equals(photo)).toBe(true);
      },
    );

    it('are one when they come twice, whatever comes the second time', async () => {
      const first = await upload('att_1');
      await clock.advance(1000);
      expect(await upload('att_1', Buffer.from('other'), 'b.txt')).toEqual(first);
      expect((await open('att_1')).equals(png())).toBe(true);
    });

    it('whose process dies before it has kept what they are can be sent by nobody, and uploaded again', async () => {
      attachments.isDead = true;
      await expect(upload('att_1')).rejects.toThrow('died');
      attachments.isDead = false;
      await expect(open('att_1')).rejects.toMatchObject(refused('not_found'));
      expect(await attachments.take(acme, 'anna', ['att_1'], clock.now())).toEqual([]);
      await upload('att_1');
      expect(await open('att_1')).toEqual(png());
    });
  });

  it('are not there for who may not have them, as if they had never been', async () => {
    await upload('att_1');
    const of = await aConversation().with('anna', 'ben').openedIn(stores);
    const take = new TakeAttachments(attachments, clock);
    await append(stores, of, { attachments: await take.run(user('anna'), ['att_1']) });
    expect(await open('att_1', user('ben'))).toEqual(png());
    const answers = [open('att_1', user('zoe')), open('att_1', user('anna', rival)), open('att_9')];
    const errors = await Promise.all(answers.map((one) => one.catch((error: unknown) => error)));
    expect(errors[0]).toMatchObject(refused('not_found'));
    expect(errors[1]).toEqual(errors[0]);
    expect(errors[2]).toEqual(errors[0]);
  });

  describe('of a message', () => {
    it('are those its sender uploaded, each once', async () => {
      const take = new TakeAttachments(attachments, clock);
      const { id, name, mediaType, bytes, width, height } = await upload('att_1');
      expect(await take.run(user('anna'), ['att_1', 'att_1'])).toEqual([
        { id, name, mediaType, bytes, width, height },
      ]);
      expect(await take.run(user('anna'), [])).toEqual([]);
    });

    it('are refused by name if they are another’s or nowhere', async () => {
      const take = new TakeAttachments(attachments, clock);
      await upload('att_1');
      await expect(take.run(user('anna'), ['att_1', 'att_2'])).rejects.toMatchObject({
        ...refused('validation_failed'),
        faults: [{ pointer: '/attachments/1', code: 'not_found' }],
      });
      await expect(take.run(user('ben'), ['att_1'])).rejects.toMatchObject(refused('validation_failed'));
    });
  });

  describe('that no message holds', () => {
    beforeEach(() => sweep.start());

    it('are swept away after a day, with their bytes', async () => {
      await upload('att_1');
      await clock.advance(23 * HOUR);
      expect(await stored()).toEqual(['att_1']);
      await clock.advance(2 * HOUR);
      expect(await stored()).toEqual([]);
      await expect(open('att_1')).rejects.toMatchObject(refused('not_found'));
      await sweep.stop();
    });

    it('are swept as soon as their message has been deleted', async () => {
      await upload('att_1');
      const of = await aConversation().with('anna', 'ben').openedIn(stores);
      const take = new TakeAttachments(attachments, clock);
      const message = await append(stores, of, { attachments: await take.run(user('anna'), ['att_1']) });
      await clock.advance(100 * HOUR);
      expect(await stored()).toEqual(['att_1']);
      await stores.log.change(of.id, message.id, (one) => ({ ...one, attachments: [], deletedAt: 1 }));
      await clock.advance(HOUR);
      expect(await stored()).toEqual([]);
      await sweep.stop();
    });

    it('are swept whether or not anything is known of them, and nothing else is', async () => {
      attachments.isDead = true;
      await expect(upload('att_1')).rejects.toThrow('died');
      attachments.isDead = false;
      await blobs.put('imp_1', inChunks(png()));
      await clock.advance(25 * HOUR);
      expect(await stored()).toEqual(['imp_1']);
      await sweep.stop();
    });

    it('are swept if they were put there past us and nothing was made of them', async () => {
      const direct = new DirectUploads(new SeededRandomness(1), blobs, LIMITS, uploads);
      const uploadId = uploadIdOf(new SeededRandomness(2).bytes(16));
      await blobs.put(uploadId, inChunks(png()));
      await direct.complete(user('anna'), { id: 'att_1', uploadId, name: 'a.png' });
      expect(await stored()).toEqual(['att_1', uploadId]);
      const of = await aConversation().with('anna', 'ben').openedIn(stores);
      const take = new TakeAttachments(attachments, clock);
      await append(stores, of, { attachments: await take.run(user('anna'), ['att_1']) });
      await clock.advance(25 * HOUR);
      expect(await stored()).toEqual(['att_1']);
      expect(await open('att_1')).toEqual(png());
      await sweep.stop();
    });

    it('are swept by the next sweep if the process dies in the middle of one', async () => {
      await upload('att_1');
      blobs.isDead = true;
      await clock.advance(25 * HOUR);
      expect(await stored()).toEqual(['att_1']);
      expect(await attachments.isKept('att_1')).toBe(false);
      blobs.isDead = false;
      await clock.advance(HOUR);
      expect(await stored()).toEqual([]);
      await sweep.stop();
    });

    it('are swept however many there are', async () => {
      for (let i = 0; i < 250; i++) await upload(`att_${i}`);
      await clock.advance(25 * HOUR);
      expect(await stored()).toEqual([]);
      await sweep.stop();
    });
  });
});
