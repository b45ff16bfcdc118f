import { useRef, useState } from 'react';
import { wordsOf } from '../session/rest.js';

export interface Doing {
  readonly isBusy: boolean;
  /** Why it was not done, in words. */
  readonly refusal: string | undefined;
  /** One at a time: pressed twice it is done once. */
  run(what: () => Promise<void>, then?: () => void): void;
}

/** Something that the server may refuse. */
export function useDoing(): Doing {
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const isRunning = useRef(false);
  const run = async (what: () => Promise<void>, then?: () => void): Promise<void> => {
    if (isRunning.current) return;
    isRunning.current = true;
    setBusy(true);
    setRefusal(undefined);
    try {
      await what();
      then?.();
    } catch (error) {
      setRefusal(wordsOf(error));
    } finally {
      isRunning.current = false;
      setBusy(false);
    }
  };
  return { isBusy, refusal, run: (what, then) => void run(what, then) };
}
