import { type ReactElement, useEffect, useState } from 'react';
import { ChatSession } from '../session/chat-session.js';
import { onNewToken, type SignedIn, signedInBefore, signOut } from '../session/sign-in.js';
import { ChatPage } from './chat-page.js';
import { SessionContext, useChatState } from './session-context.js';
import { SignInPage } from './sign-in-page.js';

export function App(): ReactElement {
  const [signedIn, setSignedIn] = useState<SignedIn | undefined>(signedInBefore);
  useEffect(() => onNewToken(setSignedIn), []);
  if (!signedIn) return <SignInPage onSignedIn={setSignedIn} />;
  const leave = (): void => {
    signOut();
    setSignedIn(undefined);
  };
  return <OneSession key={signedIn.token} signedIn={signedIn} onSignedIn={setSignedIn} onLeave={leave} />;
}

interface OneSessionProps {
  readonly signedIn: SignedIn;
  readonly onSignedIn: (signedIn: SignedIn) => void;
  readonly onLeave: () => void;
}

function OneSession({ signedIn, onSignedIn, onLeave }: OneSessionProps): ReactElement {
  const [session] = useState(() => new ChatSession(signedIn));
  useEffect(() => {
    void session.start();
    return () => session.stop();
  }, [session]);
  return (
    <SessionContext value={session}>
      <UntilEnded userId={signedIn.userId} onSignedIn={onSignedIn} onLeave={onLeave} />
    </SessionContext>
  );
}

/** What is not sent stays in this tab, and goes out when the same user comes with a new token. */
function UntilEnded(props: Omit<OneSessionProps, 'signedIn'> & { readonly userId: string }): ReactElement {
  const { link } = useChatState();
  const { userId, onSignedIn, onLeave } = props;
  if (link.status !== 'ended') return <ChatPage onLeave={onLeave} />;
  return <SignInPage onSignedIn={onSignedIn} refused={{ userId, code: link.code }} />;
}
