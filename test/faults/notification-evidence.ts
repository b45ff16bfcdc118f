import type { JournalEntry } from '#test/fakes/kit/journal.js';
import type { Posted } from './notification-story.js';
import type { Told } from './vendor-calls.js';

/** What was seen from outside of the notifications of a play. */
export interface NotificationEvidence {
  readonly posted: readonly Posted[];
  /** The vendors', in the order of what each of them wrote. */
  readonly journal: readonly JournalEntry[];
  readonly told: readonly Told[];
}
