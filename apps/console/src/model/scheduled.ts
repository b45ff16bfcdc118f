/** What its user is to say later, as REST shows it. Nobody else sees it. */
export interface Scheduled {
  /** `sch_…`; the `clientMessageId` of the message it becomes. */
  readonly id: string;
  readonly conversationId: string;
  readonly text: string;
  readonly replyTo: string | null;
  /** ISO 8601. */
  readonly sendAt: string;
  readonly state: 'waiting' | 'sending' | 'refused';
  /** Why it was not taken when its time came. */
  readonly refusal: string | null;
}

/** Those of one conversation, the one that is due first first. */
export function scheduledIn(
  all: readonly Scheduled[] | undefined,
  conversationId: string,
): readonly Scheduled[] {
  return (all ?? [])
    .filter((one) => one.conversationId === conversationId)
    .sort((one, other) => one.sendAt.localeCompare(other.sendAt));
}

/** Whether one should have been said by now: what became of it is told by nobody, and has to be asked for. */
export function isOverdue(all: readonly Scheduled[], now: number): boolean {
  return all.some(({ state, sendAt }) => state !== 'refused' && Date.parse(sendAt) < now);
}

/** One line about them, where one writes. Empty if there are none. */
export function aboutScheduled(some: readonly Scheduled[]): string {
  const refused = some.filter(({ state }) => state === 'refused').length;
  const waiting = some.length - refused;
  return [
    waiting > 0 && `${waiting} scheduled`,
    refused > 0 && (refused === 1 ? 'one was not sent' : `${refused} were not sent`),
  ]
    .filter(Boolean)
    .join(', ');
}
