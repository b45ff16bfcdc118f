import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { emailAddress } from '#domain/kernel/email-address.js';
import { Suppressions } from '#ports/delivery/suppressions.js';
import { Clock } from '#ports/system/clock.js';
import type {
  Suppression,
  SuppressionId,
  SuppressionReason,
  SuppressionScope,
} from '../model/suppression.js';

export interface NewSuppression {
  /** In any spelling of the address. */
  readonly email: string;
  /** `all` where it is left out: whoever asks not to be written to means every mail. */
  readonly scope?: SuppressionScope;
  /** `manual` where it is left out. */
  readonly reason?: SuppressionReason;
}

export interface AddedSuppression {
  readonly suppression: Suppression;
  /** False if the address was on the list already; the older entry stays in force. */
  readonly added: boolean;
}

/** `id` (`sup_…`) comes from the request, so that a request repeated after a crash still finds its own entry. */
export class AddSuppression extends Command<AddedSuppression> {
  readonly workspaceId: WorkspaceId;
  readonly id: string;
  readonly suppression: NewSuppression;

  constructor(workspaceId: WorkspaceId, id: string, suppression: NewSuppression) {
    super();
    this.workspaceId = workspaceId;
    this.id = id;
    this.suppression = suppression;
  }
}

@CommandHandler(AddSuppression)
export class AddSuppressionHandler implements ICommandHandler<AddSuppression> {
  readonly #suppressions: Suppressions;
  readonly #clock: Clock;

  constructor(@Inject(Suppressions) suppressions: Suppressions, @Inject(Clock) clock: Clock) {
    this.#suppressions = suppressions;
    this.#clock = clock;
  }

  /** @throws Refusal `invalid_address` | `header_injection` */
  async execute({ workspaceId, id, suppression: given }: AddSuppression): Promise<AddedSuppression> {
    const { email, scope = 'all', reason = 'manual' } = given;
    const address = emailAddress(email, '/email');
    const at = this.#clock.now();
    const entry: Suppression = { id: id as SuppressionId, workspaceId, address, scope, reason, at };
    const suppression = await this.#suppressions.add(entry);
    return { suppression, added: suppression.id === id };
  }
}
