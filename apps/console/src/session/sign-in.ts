import { claimsOf } from '#client/chat.js';

/** The token of a user, in this tab: it survives a reload and no more. */
const KEPT = 'posthorn-chat-token';

export interface SignedIn {
  readonly token: string;
  readonly userId: string;
}

/** `#token=…` of a link, or what this tab was signed in with. The fragment is never sent, and is taken off at once. */
export function signedInBefore(): SignedIn | undefined {
  const token = takenFromFragment() ?? sessionStorage.getItem(KEPT) ?? undefined;
  return token === undefined ? undefined : signIn(token);
}

/** Undefined if it is no token at all: whether it is a good one is said by the server. */
export function signIn(pasted: string): SignedIn | undefined {
  const token = pasted.trim();
  const { userId } = claimsOf(token);
  if (!userId) return undefined;
  sessionStorage.setItem(KEPT, token);
  return { token, userId };
}

export function signOut(): void {
  sessionStorage.clear();
  history.replaceState(null, '', location.pathname);
}

/** Who opens a link with another token in a tab that is open signs in with that. */
export function onNewToken(changed: (signedIn: SignedIn) => void): () => void {
  const listener = (): void => {
    const token = takenFromFragment();
    const signedIn = token === undefined ? undefined : signIn(token);
    if (signedIn) changed(signedIn);
  };
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

function takenFromFragment(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined;
  if (token !== undefined) history.replaceState(null, '', location.pathname);
  return token;
}
