import { useEffect, useRef, useState } from 'react';
import type { AttachedFile } from '#client/chat.js';
import type { ChatSession } from '../session/chat-session.js';

/** A file somebody has picked, on its way to the server or there. */
export interface Picked {
  readonly key: number;
  readonly name: string;
  readonly bytes: number;
  /** Of an image: a URL of this page’s own, of the bytes as they were picked. */
  readonly picture: string | undefined;
  /** From 0 to 1. */
  readonly share: number;
  readonly file?: AttachedFile;
  readonly failure?: string;
}

export interface Uploads {
  readonly picked: readonly Picked[];
  add(files: readonly File[]): void;
  remove(key: number): void;
  /** What is uploaded, for a message; and forgets it here. */
  take(): readonly string[];
}

const MOST_FILES = 10;
const SHOWN = /^image\/(png|jpeg|gif|webp)$/;

export function useUploads(session: ChatSession): Uploads {
  const [picked, setPicked] = useState<readonly Picked[]>([]);
  const cancels = useRef(new Map<number, () => void>());
  const next = useRef(1);
  const change = (key: number, what: Partial<Picked>): void =>
    setPicked((all) => all.map((one) => (one.key === key ? { ...one, ...what } : one)));
  useEffect(() => {
    const all = cancels.current;
    return () => {
      for (const cancel of all.values()) cancel();
    };
  }, []);

  const begin = (file: File): Picked => {
    const key = next.current++;
    const picture = SHOWN.test(file.type) ? URL.createObjectURL(file) : undefined;
    const { done, cancel } = session.files.upload(file, (share) => change(key, { share }));
    cancels.current.set(key, () => {
      cancel();
      if (picture) URL.revokeObjectURL(picture);
    });
    done.then(
      (stored) => {
        session.uploaded(stored);
        change(key, { file: stored, share: 1 });
      },
      (error: unknown) => change(key, { failure: error instanceof Error ? error.message : String(error) }),
    );
    return { key, name: file.name, bytes: file.size, picture, share: 0 };
  };
  const forget = (keys: readonly number[]): void => {
    for (const key of keys) cancels.current.get(key)?.();
    for (const key of keys) cancels.current.delete(key);
    setPicked((all) => all.filter(({ key }) => !keys.includes(key)));
  };
  return {
    picked,
    add(files) {
      const room = MOST_FILES - picked.length;
      if (files.length > room) session.note(`A message takes at most ${MOST_FILES} files.`);
      const some = files.slice(0, room).map(begin);
      setPicked((all) => [...all, ...some]);
    },
    remove: (key) => forget([key]),
    take() {
      const there = picked.filter(({ file }) => file !== undefined);
      forget(there.map(({ key }) => key));
      return there.flatMap(({ file }) => file?.id ?? []);
    },
  };
}
