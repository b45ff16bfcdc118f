import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { ChatState } from '../model/chat-state.js';
import type { ChatSession } from '../session/chat-session.js';

export const SessionContext = createContext<ChatSession | undefined>(undefined);

export function useSession(): ChatSession {
  const session = useContext(SessionContext);
  if (!session) throw new Error('There is no session around this component.');
  return session;
}

export function useChatState(): ChatState {
  const { watch, state } = useSession();
  return useSyncExternalStore(watch, state);
}

/** Whether the Tab key leads into what is around: of a long list only into the line where one is. */
export const ReachContext = createContext(true);

/** For each thing in such a line that can be pressed. */
export function useTabIndex(): -1 | undefined {
  return useContext(ReachContext) ? undefined : -1;
}

/** Whether somebody is looking: what is told to a page in the background has not been read. */
export function useIsLookedAt(): boolean {
  const [isLookedAt, set] = useState(isPageLookedAt);
  useEffect(() => {
    const look = (): void => set(isPageLookedAt());
    for (const name of ['focus', 'blur']) addEventListener(name, look);
    document.addEventListener('visibilitychange', look);
    return () => {
      for (const name of ['focus', 'blur']) removeEventListener(name, look);
      document.removeEventListener('visibilitychange', look);
    };
  }, []);
  return isLookedAt;
}

function isPageLookedAt(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

const NARROW = '(max-width: 799px)';

/** Whether one thing at a time is shown. */
export function useIsNarrow(): boolean {
  const [isNarrow, set] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const changed = (): void => set(query.matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return isNarrow;
}

/** Which conversation the address names: so the way back of the browser leads back to the list. */
export function useRoute(): string | undefined {
  const [id, set] = useState(routeNow);
  useEffect(() => {
    const changed = (): void => set(routeNow());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return id;
}

export function goTo(conversationId: string | undefined): void {
  location.hash = conversationId ?? '';
}

function routeNow(): string | undefined {
  return /^#(cnv_\w{1,60})$/.exec(location.hash)?.[1];
}
