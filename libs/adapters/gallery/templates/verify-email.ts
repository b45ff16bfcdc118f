import { notYou, seen, spelledOut } from '../blocks.js';
import { BLUE } from '../design.js';
import { mail } from '../mail.js';
import { required, sighting } from '../variables.js';

export const verifyEmail = mail({
  key: 'verify-email',
  name: 'Confirm an address',
  description: 'Asks somebody who signed up to show that the address is theirs.',
  purpose: 'security',
  accent: BLUE,
  kind: 'Account security',
  subject: 'Confirm your e-mail address for {{companyName}}',
  preview: 'One click, within {{validFor}}, and the address is yours to use.',
  alt: 'A letter out of its envelope, ticked',
  eyebrow: 'Almost there',
  title: 'Is this your address?',
  lead: 'Somebody signed up with {{email}}. If it was you, confirm it within {{validFor}}.',
  action: { href: '{{confirmUrl}}', text: 'Confirm my address' },
  blocks: [
    seen('Sign-up with this address'),
    spelledOut('{{confirmUrl}}'),
    notYou(
      'It was not you?',
      'Do nothing. Unless the link is opened the address is not confirmed, and no account can use it.',
    ),
  ],
  reason: 'You get this mail because somebody gave your address at {{companyName}}.',
  variables: [
    required('confirmUrl', 'https://example.com/confirm/8f2b61c09d'),
    required('validFor', '24 hours'),
    ...sighting(),
  ],
});
