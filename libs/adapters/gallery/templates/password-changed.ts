import { notYou, seen, spelledOut } from '../blocks.js';
import { GREEN } from '../design.js';
import { mail } from '../mail.js';
import { required, sighting } from '../variables.js';

export const passwordChanged = mail({
  key: 'password-changed',
  name: 'Password changed',
  description: 'Tells the owner of an account that its password is another one now.',
  purpose: 'security',
  accent: GREEN,
  kind: 'Account security',
  subject: 'Your password for {{companyName}} was changed',
  preview: 'If you changed it, there is nothing to do.',
  alt: 'A shield over a hidden password, ticked',
  eyebrow: 'For your records',
  title: 'Your password was changed',
  lead: 'From now on you sign in with the new one. If you changed it, there is nothing to do.',
  action: { href: '{{secureUrl}}', text: 'I did not change it' },
  blocks: [
    seen('New password set'),
    notYou(
      'It was not you?',
      'Press "I did not change it" at once: that signs everybody out and lets you set a password of your own.',
    ),
    spelledOut('{{secureUrl}}'),
  ],
  reason: 'You get this mail because it is about the safety of your account.',
  variables: [required('secureUrl', 'https://example.com/account/secure/77a1'), ...sighting()],
});
