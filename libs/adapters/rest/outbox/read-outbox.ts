import { Inject, Injectable } from '@nestjs/common';
import type { DeliveryId } from '#domain/delivery/model/delivery.js';
import type { Page } from '#domain/kernel/page.js';
import { type CapturedMail, CapturedMails, type CapturedSummary } from '#ports/delivery/captured-mails.js';
import { Deliveries } from '#ports/delivery/deliveries.js';
import type { OutboxView } from './outbox-access.js';

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
  readonly #deliveries: Deliveries;

  constructor(@Inject(CapturedMails) mails: CapturedMails, @Inject(Deliveries) deliveries: Deliveries) {
    this.#mails = mails;
    this.#deliveries = deliveries;
  }

  /**
   * The newest first. `next` may be there even if `data` is empty: then there is more to look through.
   * @throws Refusal `invalid_cursor`
   */
  async page(view: OutboxView, { to, after }: OutboxQuery): Promise<Page<CapturedSummary>> {
    if (to === undefined && view.sees === 'everything') return this.#mails.page({ limit: PAGE, after });
    const wanted = to?.toLowerCase() ?? '';
    const data: CapturedSummary[] = [];
    let next: string | null = after ?? null;
    for (let step = 0; step < MOST_STEPS && data.length < PAGE; step++) {
      const limit = to === undefined ? PAGE : STEP;
      const looked = await this.#mails.page({ limit, after: next ?? undefined });
      for (const mail of looked.data) {
        if (mail.to.toLowerCase().includes(wanted) && (await this.#mayShow(view, mail))) data.push(mail);
      }
      next = looked.next;
      if (next === null) break;
    }
    return { data, next };
  }

  async find(view: OutboxView, id: string): Promise<CapturedMail | undefined> {
    const mail = await this.#mails.find(id);
    return mail && (await this.#mayShow(view, mail)) ? mail : undefined;
  }

  /** The world outside knows no workspaces, but the ledger knows whose message a mail was. */
  async #mayShow(view: OutboxView, { deliveryId }: CapturedSummary): Promise<boolean> {
    if (view.sees !== 'workspace') return view.sees === 'everything';
    return (await this.#deliveries.find(view.workspaceId, deliveryId as DeliveryId)) !== undefined;
  }
}
