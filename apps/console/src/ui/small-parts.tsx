import type { ReactElement } from 'react';
import type { TextPart } from '../model/text-parts.js';
import { hueOf, initialsOf } from '../model/wording.js';
import { Icon } from './icons.js';
import { useTabIndex } from './session-context.js';

const HUES = 6;

export function Avatar({
  name,
  isOnline = false,
}: {
  readonly name: string;
  readonly isOnline?: boolean;
}): ReactElement {
  return (
    <span className={`avatar hue-${hueOf(name, HUES)}`} aria-hidden="true">
      {initialsOf(name)}
      {isOnline && <span className="dot" />}
    </span>
  );
}

/** Somebody’s name: whatever it holds, it does not turn round what stands beside it. */
export function Name({ children }: { readonly children: string }): ReactElement {
  return <bdi className="name">{children}</bdi>;
}

export function IconButton(props: {
  readonly icon: Parameters<typeof Icon>[0]['name'];
  readonly label: string;
  readonly onClick: () => void;
  readonly isPressed?: boolean;
  /** Of one that shows more below it. */
  readonly isExpanded?: boolean;
  readonly className?: string;
}): ReactElement {
  const { icon, label, onClick, isPressed, isExpanded, className = '' } = props;
  const tabIndex = useTabIndex();
  return (
    <button
      type="button"
      className={`icon-button ${className}`}
      aria-label={label}
      title={label}
      tabIndex={tabIndex}
      aria-pressed={isPressed}
      aria-expanded={isExpanded}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

/** One of several things to do, in words. */
export function Action(props: {
  readonly icon: Parameters<typeof Icon>[0]['name'];
  readonly words: string;
  readonly onClick: () => void;
}): ReactElement {
  return (
    <button type="button" className="action" onClick={props.onClick}>
      <Icon name={props.icon} size={18} />
      {props.words}
    </button>
  );
}

/** Text with what was found in it, and its links. Never markup: each part is a text of its own. */
export function Parts({ parts }: { readonly parts: readonly TextPart[] }): ReactElement[] {
  const tabIndex = useTabIndex();
  return parts.map((part, at) => {
    if (part.kind === 'found') return <mark key={at}>{part.text}</mark>;
    if (part.kind === 'text') return <span key={at}>{part.text}</span>;
    return (
      <a
        key={at}
        href={part.href}
        target="_blank"
        rel="noopener noreferrer nofollow"
        dir="ltr"
        tabIndex={tabIndex}
      >
        {part.text}
      </a>
    );
  });
}
