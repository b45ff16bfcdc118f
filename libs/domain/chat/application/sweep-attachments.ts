import { Inject, Injectable } from '@nestjs/common';
import { attachmentOf, blobsOf } from '#domain/chat/model/preview.js';
import { UNHELD_FOR_MS } from '#domain/chat/model/upload.js';
import { Attachments } from '#ports/chat/attachments.js';
import { Blobs } from '#ports/system/blobs.js';
import { Clock } from '#ports/system/clock.js';
import { Log } from '#ports/system/log.js';

const EVERY_MS = 30 * 60_000;
/** Removed by one write; between two of them others get their turn. */
const AT_ONCE = 100;

/** Removes files a day after they were uploaded if no message holds them, and of messages that are gone. */
@Injectable()
export class SweepAttachments {
  readonly #attachments: Attachments;
  readonly #blobs: Blobs;
  readonly #clock: Clock;
  readonly #log: Log;
  #cancel: () => void = () => {};
  #running: Promise<void> = Promise.resolve();
  #stopped = true;

  constructor(
    @Inject(Attachments) attachments: Attachments,
    @Inject(Blobs) blobs: Blobs,
    @Inject(Clock) clock: Clock,
    @Inject(Log) log: Log,
  ) {
    this.#attachments = attachments;
    this.#blobs = blobs;
    this.#clock = clock;
    this.#log = log;
  }

  start(): void {
    this.#stopped = false;
    this.#cancel = this.#clock.after(EVERY_MS, () => {
      this.#running = this.#sweep().finally(() => {
        if (!this.#stopped) this.start();
      });
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#running;
  }

  async #sweep(): Promise<void> {
    const before = this.#clock.now() - UNHELD_FOR_MS;
    try {
      await this.#sweepUnheld(before);
      await this.#sweepUnknown(before);
    } catch (error) {
      this.#log.warn('attachments.not_swept', { error });
    }
  }

  /** The record goes first. If the process dies before the bytes have gone, they are bytes that nobody knows. */
  async #sweepUnheld(before: number): Promise<void> {
    for (let removed = AT_ONCE; removed === AT_ONCE && !this.#stopped;) {
      const ids = await this.#attachments.removeUnheld(before, AT_ONCE);
      for (const name of ids.flatMap(blobsOf)) await this.#blobs.remove(name);
      removed = ids.length;
    }
  }

  /** Bytes without a record: a process died between the two. */
  async #sweepUnknown(before: number): Promise<void> {
    for await (const name of this.#blobs.storedBefore(before)) {
      if (this.#stopped) return;
      const id = attachmentOf(name);
      if (id === undefined || (await this.#attachments.isKept(id))) continue;
      await this.#blobs.remove(name);
      this.#log.info('attachments.bytes_swept', { attachmentId: id });
    }
  }
}
