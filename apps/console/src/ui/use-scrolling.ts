import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { OpenChat } from '../model/chat-state.js';
import type { Line } from '../model/lines.js';
import { useSession } from './session-context.js';

/** Pixels. */
const NEAR = 300;
const AT_END = 60;

export interface Scrolling {
  readonly box: RefObject<HTMLElement | null>;
  readonly onScroll: () => void;
  readonly isAtEnd: boolean;
  readonly toEnd: () => void;
}

/**
 * Keeps in place what is being read, whatever comes above and below it; at the end it stays at the end. What has been on the
 * screen of somebody who looks has been read.
 */
export function useScrolling(lines: readonly Line[], open: OpenChat, isLookedAt: boolean): Scrolling {
  const session = useSession();
  const box = useRef<HTMLElement>(null);
  const anchor = useRef<{ readonly seq: string; readonly top: number }>(undefined);
  const isStuck = useRef(true);
  const isBegun = useRef(false);
  const [isAtEnd, setAtEnd] = useState(true);
  const { id, target, log } = open;
  const own = lines.filter(({ kind }) => kind === 'echo').length;

  const look = useCallback(
    (isMoved: boolean) => {
      const element = box.current;
      if (!element) return;
      const { scrollTop, scrollHeight, clientHeight } = element;
      isStuck.current = scrollHeight - scrollTop - clientHeight < AT_END;
      setAtEnd(isStuck.current);
      const { first, last } = messagesShownIn(element);
      anchor.current = first;
      if (isLookedAt && last !== undefined) session.read(id, last);
      // Without a connection what is asked for by itself would be asked for again and again.
      if (!isMoved && session.state().open?.log.hasFailed) return;
      if (scrollTop < NEAR) void session.history.load('older');
      if (scrollHeight - scrollTop - clientHeight < NEAR) void session.history.load('newer');
    },
    [session, id, isLookedAt],
  );

  const ownBefore = useRef(own);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || lines.length === 0) return;
    const isSaid = own > ownBefore.current;
    ownBefore.current = own;
    if (!isBegun.current) {
      isBegun.current = true;
      const unread = element.querySelector('.divider.new');
      if (unread) unread.scrollIntoView({ block: 'center' });
      else element.scrollTop = element.scrollHeight;
    } else if (isSaid || (isStuck.current && !log.hasNewer)) element.scrollTop = element.scrollHeight;
    else keepInPlace(element, anchor.current);
    look(false);
  }, [lines, own, log.hasNewer, look]);

  useLayoutEffect(() => {
    const found = target && box.current?.querySelector<HTMLElement>(`[data-seq="${target.seq}"]`);
    if (!found) return;
    isStuck.current = false;
    found.scrollIntoView({ block: 'center' });
    found.focus({ preventScroll: true });
  }, [target]);

  // A picture that comes later, a keyboard that opens: the end stays in sight.
  useEffect(() => {
    const element = box.current;
    const list = element?.querySelector('ol');
    if (!element || !list) return;
    const observer = new ResizeObserver(() => {
      if (isStuck.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    observer.observe(list);
    return () => observer.disconnect();
  }, []);

  const toEnd = useCallback(() => {
    isStuck.current = true;
    if (session.state().open?.log.hasNewer) void session.history.load('newest');
    else if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [session]);
  const onScroll = useCallback(() => look(true), [look]);
  return { box, onScroll, isAtEnd, toEnd };
}

function keepInPlace(
  element: HTMLElement,
  anchor: { readonly seq: string; readonly top: number } | undefined,
): void {
  const kept = anchor && element.querySelector(`[data-seq="${anchor.seq}"]`);
  if (kept) element.scrollTop += kept.getBoundingClientRect().top - anchor.top;
}

/** The first message that can be seen, with where it is, and the `seq` of the last. */
function messagesShownIn(element: HTMLElement): {
  readonly first: { readonly seq: string; readonly top: number } | undefined;
  readonly last: number | undefined;
} {
  const { top, bottom } = element.getBoundingClientRect();
  let first: { seq: string; top: number } | undefined;
  let last: number | undefined;
  for (const one of element.querySelectorAll<HTMLElement>('.message[data-seq]')) {
    const place = one.getBoundingClientRect();
    if (place.bottom <= top) continue;
    const seq = one.dataset['seq'] ?? '';
    first ??= { seq, top: place.top };
    // Its beginning is enough: one that is higher than the screen is read by scrolling.
    if (place.top >= bottom) break;
    last = Number(seq);
  }
  return { first, last };
}
