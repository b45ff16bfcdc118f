import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { EmailMessage } from '#ports/delivery/email-provider.js';

/**
 * Surely not taken, and neither this message's fault nor a sign of the provider's ill health: another message spoiled
 * the call they shared. To be sent again, at once and for free.
 *
 * Of the six kinds `throttled` with no wait comes closest: it spends no attempt and is no failure to the breaker.
 */
export function returned(reason: string): Outcome {
  return { kind: 'throttled', reason, retryAfterMs: 0 };
}

/**
 * Some vendors take one sender, one reply-to and one set of parts for a whole call. The messages of a call come from
 * one dispatch and so agree on these; should they ever not, those that differ from the first are returned rather than
 * sent under somebody else's name.
 */
export async function sendAlike(
  messages: readonly EmailMessage[],
  send: (alike: readonly EmailMessage[]) => Promise<readonly Outcome[]>,
): Promise<readonly Outcome[]> {
  const fits = messages.map((message) => isAlike(messages[0], message));
  if (!fits.includes(false)) return send(messages);
  const outcomes = (await send(messages.filter((_, at) => fits[at])))[Symbol.iterator]();
  return fits.map((fit) => {
    const next = fit ? outcomes.next() : undefined;
    return next && !next.done
      ? next.value
      : returned('its sender or its parts differ from the rest of the call');
  });
}

function isAlike(first: EmailMessage | undefined, other: EmailMessage): boolean {
  return (
    first?.from === other.from &&
    first.replyTo === other.replyTo &&
    (first.html === undefined) === (other.html === undefined) &&
    (first.text === undefined) === (other.text === undefined)
  );
}
