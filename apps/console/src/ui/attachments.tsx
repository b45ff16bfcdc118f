import { type ReactElement, useEffect, useState } from 'react';
import type { AttachedFile } from '#client/chat.js';
import { plainName } from '../model/text-parts.js';
import { sizeOf } from '../model/wording.js';
import { picturesOf, type PreviewSize } from '../session/files.js';
import { Dialog } from './dialog.js';
import { Icon } from './icons.js';
import { ReachContext, useSession, useTabIndex } from './session-context.js';
import { IconButton } from './small-parts.js';

export function Attachments({
  files,
}: {
  readonly files: readonly AttachedFile[];
}): ReactElement | undefined {
  if (files.length === 0) return undefined;
  return (
    <ul className="attachments" aria-label="Attached">
      {files.map((file) => (
        <li key={file.id}>
          <Attachment file={file} />
        </li>
      ))}
    </ul>
  );
}

function Attachment({ file }: { readonly file: AttachedFile }): ReactElement {
  const [isNone, setNone] = useState(false);
  if (isNone || picturesOf(file, 320).length === 0) return <FileCard file={file} />;
  return <Picture file={file} onNone={() => setNone(true)} />;
}

function FileCard({ file }: { readonly file: AttachedFile }): ReactElement {
  const save = useSave(file);
  const tabIndex = useTabIndex();
  return (
    <button type="button" className="file" tabIndex={tabIndex} onClick={save}>
      <Icon name="file" size={26} />
      <span className="about">
        <span className="unseen">Download </span>
        <bdi className="file-name">{plainName(file.name)}</bdi>
        <span className="hint">{sizeOf(file.bytes)}</span>
      </span>
      <Icon name="down" size={18} />
    </button>
  );
}

function Picture({
  file,
  onNone,
}: {
  readonly file: AttachedFile;
  readonly onNone: () => void;
}): ReactElement {
  const url = usePicture(file, devicePixelRatio > 1 ? 1280 : 320, onNone);
  const [isLarge, setLarge] = useState(false);
  const tabIndex = useTabIndex();
  const name = plainName(file.name);
  return (
    <>
      <button
        type="button"
        className="picture"
        tabIndex={tabIndex}
        aria-label={`Show ${name}`}
        onClick={() => setLarge(true)}
      >
        <img src={url ?? EMPTY_PICTURE} alt={name} {...sizeIn(file, 320)} onError={onNone} />
      </button>
      {isLarge && (
        <ReachContext value={true}>
          <LargePicture file={file} onClose={() => setLarge(false)} />
        </ReachContext>
      )}
    </>
  );
}

function LargePicture({
  file,
  onClose,
}: {
  readonly file: AttachedFile;
  readonly onClose: () => void;
}): ReactElement {
  const url = usePicture(file, 1280, onClose);
  const save = useSave(file);
  const name = plainName(file.name);
  return (
    <Dialog label={name} className="large" onClose={onClose}>
      <header className="bar">
        <bdi className="file-name">{name}</bdi>
        <IconButton icon="down" label={`Download ${name}`} onClick={save} />
        <IconButton icon="close" label="Close" onClick={onClose} />
      </header>
      <img src={url ?? EMPTY_PICTURE} alt={name} {...sizeIn(file, 1280)} />
    </Dialog>
  );
}

function usePicture(file: AttachedFile, size: PreviewSize, onNone: () => void): string | undefined {
  const { files } = useSession();
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    let isWanted = true;
    files.picture(file, size).then(
      (one) => isWanted && setUrl(one),
      () => isWanted && onNone(),
    );
    return () => void (isWanted = false);
  }, [files, file.id, size]);
  return url;
}

/** Its place is kept before it is there: nothing jumps when it comes. */
function sizeIn(
  { width = 320, height = 240 }: AttachedFile,
  square: number,
): { width: number; height: number } {
  const scale = Math.min(1, square / width, square / height);
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

function useSave(file: AttachedFile): () => void {
  const session = useSession();
  return () => {
    session.files
      .save(file)
      .catch((error: unknown) => session.note(error instanceof Error ? error.message : String(error)));
  };
}

const EMPTY_PICTURE = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';
