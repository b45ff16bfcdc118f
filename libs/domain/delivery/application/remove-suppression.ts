import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { emailAddress } from '#domain/kernel/email-address.js';
import { Suppressions } from '#ports/delivery/suppressions.js';
import type { Suppression, SuppressionId, SuppressionScope } from '../model/suppression.js';

/** One entry, or what the list holds of an address (in any spelling), in one scope or in both. */
export type SuppressionToRemove =
  { readonly id: string } | { readonly email: string; readonly scope?: SuppressionScope | undefined };

/** Takes entries off the list and answers how many there were: mail to the address may go out again. */
export class RemoveSuppression extends Command<number> {
  readonly workspaceId: WorkspaceId;
  readonly which: SuppressionToRemove;

  constructor(workspaceId: WorkspaceId, which: SuppressionToRemove) {
    super();
    this.workspaceId = workspaceId;
    this.which = which;
  }
}

/** An address has one entry for each scope, so one page holds all of them. */
const ENTRIES_OF_AN_ADDRESS = 10;

@CommandHandler(RemoveSuppression)
export class RemoveSuppressionHandler implements ICommandHandler<RemoveSuppression> {
  readonly #suppressions: Suppressions;

  constructor(@Inject(Suppressions) suppressions: Suppressions) {
    this.#suppressions = suppressions;
  }

  /** @throws Refusal `invalid_address` | `header_injection` */
  async execute({ workspaceId, which }: RemoveSuppression): Promise<number> {
    const ids = 'id' in which ? [which.id as SuppressionId] : await this.#entriesOf(workspaceId, which);
    let removed = 0;
    for (const id of ids) if (await this.#suppressions.remove(workspaceId, id)) removed += 1;
    return removed;
  }

  async #entriesOf(
    workspaceId: WorkspaceId,
    { email, scope }: { readonly email: string; readonly scope?: SuppressionScope | undefined },
  ): Promise<SuppressionId[]> {
    const address = emailAddress(email, 'email');
    const { data } = await this.#suppressions.page(workspaceId, address, { limit: ENTRIES_OF_AN_ADDRESS });
    const wanted = (entry: Suppression): boolean => scope === undefined || entry.scope === scope;
    return data.filter(wanted).map(({ id }) => id);
  }
}
