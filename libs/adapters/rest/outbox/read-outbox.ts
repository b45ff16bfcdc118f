import { Inject, Injectable } from '@nestjs/common';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { type CapturedMail, CapturedMails, type CapturedSummary } from '#ports/delivery/captured-mails.js';
import type { OutboxReader } from './outbox-access.js';

export interface OutboxQuery {
  /** Part of the recipient's address. */
  readonly to?: string | undefined;
  readonly after?: string | undefined;
}

/** Mails on a page: it may hold a few more where they were picked out of many. */
const PAGE = 30;
/** Mails looked at in one step while picking. */
const STEP = 200;
/** Steps before the reader is asked whether to look further back. */
const MOST_STEPS = 125;

/** The captured mails as one reader may see them. */
@Injectable()
export class ReadOutbox {
  readonly #mails: CapturedMails;

  constructor(@Inject(CapturedMails) mails: CapturedMails) {
    this.#mails = mails;
  }

  /**
   * The newest first. `next` may be there even if `data` is empty: then there is more to look through.
   * @throws Refusal `invalid_cursor`
   */
  async page(reader: OutboxReader, { to, after }: OutboxQuery): Promise<Page<CapturedSummary>> {
    if (to === undefined) return this.#page(reader, { limit: PAGE, after });
    const wanted = to.toLowerCase();
    const data: CapturedSummary[] = [];
    let next: string | null = after ?? null;
    for (let step = 0; step < MOST_STEPS && data.length < PAGE; step++) {
      const looked = await this.#page(reader, { limit: STEP, after: next ?? undefined });
      data.push(...looked.data.filter((mail) => mail.to.toLowerCase().includes(wanted)));
      next = looked.next;
      if (next === null) break;
    }
    return { data, next };
  }

  find(reader: OutboxReader, id: string): Promise<CapturedMail | undefined> {
    return reader.sees === 'everything' ? this.#mails.find(id) : this.#mails.findOf(reader.workspaceId, id);
  }

  #page(reader: OutboxReader, request: PageRequest): Promise<Page<CapturedSummary>> {
    return reader.sees === 'everything'
      ? this.#mails.page(request)
      : this.#mails.pageOf(reader.workspaceId, request);
  }
}
