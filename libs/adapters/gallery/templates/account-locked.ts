import { facts, notYou, seen, spelledOut, when } from '../blocks.js';
import { RED } from '../design.js';
import { mail } from '../mail.js';
import { optional, required, sighting } from '../variables.js';

export const accountLocked = mail({
  key: 'account-locked',
  name: 'Account locked',
  description: 'An account was shut to keep somebody out: why, and how to open it again.',
  purpose: 'security',
  accent: RED,
  kind: 'Account security',
  subject: 'Your {{companyName}} account is locked',
  preview: 'Nobody can sign in until you unlock it. Nothing in it has changed.',
  alt: 'A padlock, shut',
  eyebrow: 'To be on the safe side',
  title: 'We locked your account',
  lead: 'Nobody can sign in until you unlock it. Nothing in it has changed.',
  action: { href: '{{unlockUrl}}', text: 'Unlock my account' },
  blocks: [
    seen('{{cause}}'),
    when(
      'lockedUntil',
      facts({
        name: 'Locked until',
        value: '{{date lockedUntil "long" time="long" timezone=timezone}}, unless you unlock it',
      }),
    ),
    spelledOut('{{unlockUrl}}'),
    notYou(
      'It was not you?',
      'Then the lock did its work. Unlock the account, and choose a password you use nowhere else.',
    ),
  ],
  reason: 'You get this mail because it is about the safety of your account.',
  variables: [
    required('cause', 'Five sign-ins with a wrong password'),
    required('unlockUrl', 'https://example.com/unlock/c93e07f5d1'),
    optional('lockedUntil', '2026-03-13T18:42:00+01:00'),
    ...sighting(),
  ],
});
