/** A user whose id begins so is a program: it is shown as one, is never there or away, and is moderated only if that is asked for. */
const PREFIX = 'bot:';

export function isBot(userId: string): boolean {
  return userId.startsWith(PREFIX);
}
