import { Inject, Injectable } from '@nestjs/common';
import { NowAndThen } from '#domain/kernel/now-and-then.js';
import { isUploadId } from '#domain/chat/model/direct-upload.js';
import { attachmentOf, blobsOf } from '#domain/chat/model/preview.js';
import { UNHELD_FOR_MS } from '#domain/chat/model/upload.js';
import { Attachments } from '#ports/chat/attachments.js';
import { Blobs } from '#ports/system/blobs.js';
import { Clock } from '#ports/system/clock.js';
import { Log } from '#ports/system/log.js';

const EVERY_MS = 30 * 60_000;
/** Removed by one write; between two of them others get their turn. */
const AT_ONCE = 100;

/** Removes files a day after they were uploaded if no message holds them, of messages that are gone, and what was put there by links. */
@Injectable()
export class SweepAttachments {
  readonly #attachments: Attachments;
  readonly #blobs: Blobs;
  readonly #log: Log;
  readonly #sweeping: NowAndThen;

  constructor(
    @Inject(Attachments) attachments: Attachments,
    @Inject(Blobs) blobs: Blobs,
    @Inject(Clock) clock: Clock,
    @Inject(Log) log: Log,
  ) {
    this.#attachments = attachments;
    this.#blobs = blobs;
    this.#log = log;
    const sweep = async (goesOn: () => boolean): Promise<void> => {
      const before = clock.now() - UNHELD_FOR_MS;
      await this.#sweepUnheld(before, goesOn);
      await this.#sweepUnknown(before, goesOn);
    };
    this.#sweeping = new NowAndThen(clock, EVERY_MS, sweep, (error) =>
      log.warn('attachments.not_swept', { error }),
    );
  }

  start(): void {
    this.#sweeping.start();
  }

  stop(): Promise<void> {
    return this.#sweeping.stop();
  }

  /** The record goes first. If the process dies before the bytes have gone, they are bytes that nobody knows. */
  async #sweepUnheld(before: number, goesOn: () => boolean): Promise<void> {
    for (let removed = AT_ONCE; removed === AT_ONCE && goesOn();) {
      const ids = await this.#attachments.removeUnheld(before, AT_ONCE);
      for (const name of ids.flatMap(blobsOf)) await this.#blobs.remove(name);
      removed = ids.length;
    }
  }

  /** Bytes without a record: a process died between the two, or a client has put them there. */
  async #sweepUnknown(before: number, goesOn: () => boolean): Promise<void> {
    for await (const name of this.#blobs.storedBefore(before)) {
      if (!goesOn()) return;
      if (isUploadId(name)) await this.#blobs.remove(name);
      const id = attachmentOf(name);
      if (id === undefined || (await this.#attachments.isKept(id))) continue;
      await this.#blobs.remove(name);
      this.#log.info('attachments.bytes_swept', { attachmentId: id });
    }
  }
}
