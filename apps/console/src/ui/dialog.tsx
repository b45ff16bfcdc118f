import { type MouseEvent, type ReactElement, type ReactNode, useEffect, useRef } from 'react';
import { useDoing } from './use-doing.js';

/**
 * Asks something before anything else goes on; Escape closes it. What is marked with `data-first` has the focus, and what had it
 * before has it again when it is closed, however.
 */
export function Dialog(props: {
  readonly label: string;
  readonly onClose: () => void;
  readonly className?: string;
  readonly children: ReactNode;
}): ReactElement {
  const { label, onClose, className = '', children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>('[data-first]')?.focus();
    return () => focusAgain(before);
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      aria-label={label}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && isBeside(event, dialog.current) && onClose()}
    >
      {children}
    </dialog>
  );
}

/** What somebody is asked before it is done; why it was not, if so. */
export function Ask(props: {
  readonly title: string;
  readonly children: ReactNode;
  readonly no?: string;
  readonly yes: string;
  readonly onYes: () => Promise<void>;
  readonly onClose: () => void;
}): ReactElement {
  const { title, children, no = 'Cancel', yes, onYes, onClose } = props;
  const doing = useDoing();
  return (
    <Dialog label={title} onClose={onClose}>
      <h2 dir="auto">{title}</h2>
      {children}
      <RefusalLine refusal={doing.refusal} />
      <div className="choices">
        <button type="button" className="button" data-first onClick={onClose}>
          {no}
        </button>
        <button
          type="button"
          className="danger"
          aria-disabled={doing.isBusy}
          onClick={() => doing.run(onYes, onClose)}
        >
          {yes}
        </button>
      </div>
    </Dialog>
  );
}

export function RefusalLine({ refusal }: { readonly refusal: string | undefined }): ReactElement {
  return (
    <p className="warning" role="alert">
      {refusal}
    </p>
  );
}

/** Where somebody was, or, if that is gone, what they have open. */
export function focusAgain(before: Element | null): void {
  if (before instanceof HTMLElement && before.isConnected) before.focus();
  if (document.activeElement !== document.body && document.activeElement !== null) return;
  for (const next of ['.panel h2', '.composer textarea', '.heading h2']) {
    const found = document.querySelector<HTMLElement>(next);
    if (found && !found.closest('[inert]')) return found.focus();
  }
}

function isBeside({ clientX, clientY }: MouseEvent, dialog: HTMLElement): boolean {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
