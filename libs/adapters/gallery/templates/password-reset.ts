import { notYou, seen, spelledOut } from '../blocks.js';
import { SLATE } from '../design.js';
import { mail } from '../mail.js';
import { required, sighting } from '../variables.js';

export const passwordReset = mail({
  key: 'password-reset',
  name: 'Password reset',
  description: 'A link to choose a new password, for somebody who asked for one.',
  purpose: 'security',
  accent: SLATE,
  kind: 'Account security',
  subject: 'Reset your password for {{companyName}}',
  preview: 'The link works once, and for {{validFor}}.',
  alt: 'A hidden password, and a key',
  eyebrow: 'Forgotten is no loss',
  title: 'Choose a new password',
  lead: 'The link to it works once, and for {{validFor}}. After that, ask for another.',
  action: { href: '{{resetUrl}}', text: 'Choose a password' },
  blocks: [
    seen('Request for a new password'),
    spelledOut('{{resetUrl}}'),
    notYou(
      'You did not ask for this?',
      'Then leave it: your password stays what it is until somebody opens the link, and nobody but you has it. Do not pass this mail on.',
    ),
  ],
  reason: 'You get this mail because somebody asked for a new password for your account.',
  variables: [
    required('resetUrl', 'https://example.com/reset/51c7e20ab4'),
    required('validFor', '30 minutes'),
    ...sighting(),
  ],
});
