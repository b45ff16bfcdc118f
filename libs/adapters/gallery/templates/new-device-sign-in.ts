import { notYou, seen, spelledOut } from '../blocks.js';
import { TEAL } from '../design.js';
import { mail } from '../mail.js';
import { required, sighting } from '../variables.js';

export const newDeviceSignIn = mail({
  key: 'new-device-sign-in',
  name: 'Sign-in from a new device',
  description: 'Tells the owner of an account about a sign-in from where there was none before.',
  purpose: 'security',
  accent: TEAL,
  kind: 'Account security',
  subject: 'New sign-in to your {{companyName}} account',
  preview: '{{device}}. If that was you, there is nothing to do.',
  alt: 'A laptop, and a place on the map',
  eyebrow: 'Somewhere new',
  title: 'Was this you?',
  lead: 'Somebody signed in to your account with {{device}}. If that was you, there is nothing to do.',
  action: { href: '{{secureUrl}}', text: 'No, it was not me' },
  blocks: [
    seen('Sign-in from a new device'),
    notYou(
      'It was not you?',
      'Press "No, it was not me": that signs that device out and lets you choose a new password. Do the same wherever else you use the old one.',
    ),
    spelledOut('{{secureUrl}}'),
  ],
  reason: 'You get this mail because it is about the safety of your account.',
  variables: [required('secureUrl', 'https://example.com/account/secure/2d70'), ...sighting('device')],
});
