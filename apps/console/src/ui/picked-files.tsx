import type { ReactElement } from 'react';
import { plainName } from '../model/text-parts.js';
import { sizeOf } from '../model/wording.js';
import { Icon } from './icons.js';
import { IconButton } from './small-parts.js';
import type { Picked, Uploads } from './use-uploads.js';

export function PickedFiles({ uploads }: { readonly uploads: Uploads }): ReactElement | undefined {
  if (uploads.picked.length === 0) return undefined;
  return (
    <ul className="picked" aria-label="Files to send">
      {uploads.picked.map((one) => (
        <li key={one.key} className={one.failure === undefined ? '' : 'failed'}>
          {one.picture ? <img src={one.picture} alt="" /> : <Icon name="file" size={28} />}
          <span className="about">
            <bdi className="file-name">{plainName(one.name)}</bdi>
            <Progress {...one} />
          </span>
          <IconButton
            icon="close"
            label={`Remove ${plainName(one.name)}`}
            onClick={() => uploads.remove(one.key)}
          />
        </li>
      ))}
    </ul>
  );
}

function Progress({ name, bytes, share, file, failure }: Picked): ReactElement {
  if (failure !== undefined)
    return (
      <span className="warning" role="alert">
        {failure}
      </span>
    );
  if (file) return <span className="hint">{sizeOf(bytes)}</span>;
  return <progress value={share} max={1} aria-label={`Uploading ${plainName(name)}`} />;
}
