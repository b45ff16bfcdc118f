import { aside, code, notYou, seen, when } from '../blocks.js';
import { INDIGO } from '../design.js';
import { mail } from '../mail.js';
import { optional, required, sighting } from '../variables.js';

/**
 * The code stands in the body and nowhere else. A locked telephone shows the subject and the preview line to whoever
 * holds it, and subjects end up in the logs of every server on the way: neither may hold what lets somebody in.
 */
export const mfaCode = mail({
  key: 'mfa-code',
  name: 'Sign-in code',
  description: 'The second step of a sign-in: a code to type, good for some minutes.',
  purpose: 'security',
  accent: INDIGO,
  kind: 'Account security',
  subject: 'Your sign-in code for {{companyName}}',
  preview: 'Open this mail to see the code. It works for {{validFor}}.',
  alt: 'A telephone that asks for a code',
  eyebrow: 'Second step',
  title: 'Your sign-in code',
  lead: 'Type it where you are signing in. It works once, and for {{validFor}}.',
  blocks: [
    code('{{code}}', 'Sign-in code'),
    seen('Sign-in with your password'),
    notYou(
      'You are not signing in?',
      'Then somebody knows your password: change it now. Give the code to nobody, whoever asks: we never do.',
    ),
    when('secureUrl', aside('{{secureUrl}}', 'Change my password')),
  ],
  reason: 'You get this mail because your account asks for a code at every sign-in.',
  variables: [
    required('code', '407316'),
    required('validFor', '10 minutes'),
    optional('secureUrl', 'https://example.com/account/password'),
    ...sighting(),
  ],
});
