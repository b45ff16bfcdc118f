import { Refusal } from '#domain/kernel/refusal.js';

/**
 * The one answer about a conversation or message that is not there, that another workspace has, or that the user is no
 * member of: whether there is something is not theirs to know. A door may say it in its own way, of all three alike.
 */
export class NoWayIn extends Refusal {
  constructor() {
    super('forbidden', 'There is no such conversation or message, or you may not see it.');
  }
}
