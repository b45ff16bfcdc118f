import { type FormEvent, type ReactElement, useEffect, useState } from 'react';
import { type SignedIn, signIn } from '../session/sign-in.js';
import { Icon } from './icons.js';
import { Name } from './small-parts.js';

export function SignInPage(props: {
  readonly onSignedIn: (signedIn: SignedIn) => void;
  /** The token that was not taken (any more). */
  readonly refused?: { readonly userId: string; readonly code: string };
}): ReactElement {
  const { onSignedIn, refused } = props;
  const [isMalformed, setMalformed] = useState(false);
  useEffect(() => void (document.title = 'Sign in · Posthorn chat'), []);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const pasted = new FormData(event.currentTarget).get('token');
    const signedIn = typeof pasted === 'string' ? signIn(pasted) : undefined;
    setMalformed(!signedIn);
    if (signedIn) onSignedIn(signedIn);
  };
  return (
    <main className="sign-in">
      <form className="card" onSubmit={submit}>
        <span className="brand">
          <Icon name="horn" size={30} />
        </span>
        <h1>Posthorn chat</h1>
        {refused && (
          <p className="warning" role="alert">
            The token of <Name>{refused.userId}</Name> is not accepted (any more). With a new one you go on
            where you were.
          </p>
        )}
        <label htmlFor="token">Your token</label>
        <input
          id="token"
          name="token"
          type="password"
          autoComplete="off"
          spellCheck={false}
          required
          autoFocus
          aria-invalid={isMalformed}
          aria-describedby="token-hint"
        />
        <p
          id="token-hint"
          className={isMalformed ? 'warning' : 'hint'}
          role={isMalformed ? 'alert' : undefined}
        >
          {isMalformed
            ? 'This is no token of a user: it has three parts with dots between them.'
            : 'Your application makes one for you. It is kept in this tab only.'}
        </p>
        <button className="primary">Open the chat</button>
      </form>
    </main>
  );
}
