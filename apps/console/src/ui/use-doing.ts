import { useEffect, useRef, useState } from 'react';
import { wordsOf } from '../session/rest.js';
import { useSession } from './session-context.js';

export interface Doing {
  readonly isBusy: boolean;
  /** Why it was not done, in words. */
  readonly refusal: string | undefined;
  /** One at a time: pressed twice it is done once. */
  run(what: () => Promise<void>, then?: () => void): void;
}

/** Something that the server may refuse; who has closed the dialog by then is told so on the page. */
export function useDoing(): Doing {
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const session = useSession();
  const isRunning = useRef(false);
  const isShown = useRef(true);
  useEffect(() => {
    isShown.current = true;
    return () => void (isShown.current = false);
  }, []);
  const run = async (what: () => Promise<void>, then?: () => void): Promise<void> => {
    if (isRunning.current) return;
    isRunning.current = true;
    setBusy(true);
    setRefusal(undefined);
    try {
      await what();
      then?.();
    } catch (error) {
      if (isShown.current) setRefusal(wordsOf(error));
      else session.note(wordsOf(error));
    } finally {
      isRunning.current = false;
      setBusy(false);
    }
  };
  return { isBusy, refusal, run: (what, then) => void run(what, then) };
}
