import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { EmailAddress } from '#domain/kernel/email-address.js';
import { DeliveryFacade } from '#domain/delivery/delivery.facade.js';
import type { Suppression } from '#domain/delivery/model/suppression.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import { type Membership, Memberships } from '#ports/campaign/memberships.js';
import type { UnsubscribeClaim } from '#ports/campaign/unsubscribe-tokens.js';
import { Unsubscribes } from '#ports/campaign/unsubscribes.js';
import { Suppressions } from '#ports/delivery/suppressions.js';
import { Clock } from '#ports/system/clock.js';

/** Somebody who gets mailings, known by their address. */
export interface MailingReader {
  readonly workspaceId: WorkspaceId;
  readonly address: EmailAddress;
}

export interface OfferedMailings {
  /**
   * `left`: they have unsubscribed, and may come back. `blocked`: the address bounced, complained, or an operator entered
   * it; that is not theirs to change.
   */
  readonly state: 'open' | 'left' | 'blocked';
  readonly lists: readonly Membership[];
}

/** What somebody wants of mailings; what is not said stays. */
export interface ChosenMailings {
  /** Any at all. */
  readonly all?: boolean;
  readonly lists: readonly { readonly listId: ListId; readonly wanted: boolean }[];
  /** The mail whose link they came by: leaving is counted with its campaign. */
  readonly by?: UnsubscribeClaim;
}

/** An address has one entry for each scope. */
const ENTRIES_OF_AN_ADDRESS = 10;

/** What somebody says of mailings themselves, on a page of ours. */
@Injectable()
export class ChooseMailings {
  readonly #memberships: Memberships;
  readonly #unsubscribes: Unsubscribes;
  readonly #suppressions: Suppressions;
  readonly #delivery: DeliveryFacade;
  readonly #clock: Clock;

  constructor(
    @Inject(Memberships) memberships: Memberships,
    @Inject(Unsubscribes) unsubscribes: Unsubscribes,
    @Inject(Suppressions) suppressions: Suppressions,
    @Inject(DeliveryFacade) delivery: DeliveryFacade,
    @Inject(Clock) clock: Clock,
  ) {
    this.#memberships = memberships;
    this.#unsubscribes = unsubscribes;
    this.#suppressions = suppressions;
    this.#delivery = delivery;
    this.#clock = clock;
  }

  /** Who was written to by that mail; undefined if there never was such a person or campaign. */
  async reader({ campaignId, subscriberId }: UnsubscribeClaim): Promise<MailingReader | undefined> {
    const workspaceId = await this.#unsubscribes.workspaceOf(campaignId);
    if (workspaceId === undefined) return undefined;
    const address = await this.#unsubscribes.addressOf(workspaceId, subscriberId);
    return address === undefined ? undefined : { workspaceId, address };
  }

  async offer(reader: MailingReader): Promise<OfferedMailings> {
    const [entries, lists] = await Promise.all([
      this.#entries(reader),
      this.#memberships.of(reader.workspaceId, reader.address),
    ]);
    const blocked = entries.some((entry) => !isOwnWish(entry));
    return { state: blocked ? 'blocked' : entries.length > 0 ? 'left' : 'open', lists };
  }

  /** Each wish is kept before the next: if the process dies in between, saying it all again comes to the same. */
  async choose(reader: MailingReader, { all, lists, by }: ChosenMailings): Promise<void> {
    const { workspaceId, address } = reader;
    // What ends mail comes first.
    if (all === false) await this.#leave(reader, by);
    for (const { listId, wanted } of lists) {
      if (wanted) await this.#memberships.rejoin(workspaceId, address, listId);
      else await this.#memberships.leave(workspaceId, address, listId, this.#clock.now());
    }
    if (all === true) {
      for (const entry of await this.#entries(reader))
        if (isOwnWish(entry)) await this.#suppressions.remove(workspaceId, entry.id);
    }
  }

  async #leave({ workspaceId, address }: MailingReader, by: UnsubscribeClaim | undefined): Promise<void> {
    const now = this.#clock.now();
    await this.#delivery.suppressForMarketing(workspaceId, address, now);
    if (by) await this.#unsubscribes.record(by.campaignId, by.subscriberId, now);
  }

  async #entries({ workspaceId, address }: MailingReader): Promise<readonly Suppression[]> {
    const { data } = await this.#suppressions.page(workspaceId, address, { limit: ENTRIES_OF_AN_ADDRESS });
    return data;
  }
}

/** What somebody said themselves they may take back; nothing else. */
function isOwnWish({ scope, reason }: Suppression): boolean {
  return scope === 'marketing' && (reason === 'unsubscribe' || reason === 'opt_out');
}
