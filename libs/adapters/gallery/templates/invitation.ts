import { facts, quote, spelledOut, when } from '../blocks.js';
import { VIOLET } from '../design.js';
import { mail } from '../mail.js';
import { optional, required } from '../variables.js';

export const invitation = mail({
  key: 'invitation',
  name: 'Invitation to a team',
  description: 'Somebody asks somebody else to join a team, a project or a shared folder.',
  purpose: 'service',
  accent: VIOLET,
  kind: 'Invitation',
  subject: '{{inviterName}} invites you to {{teamName}}',
  alt: 'Two people, and room for a third',
  eyebrow: 'You are invited',
  title: 'Join {{teamName}}',
  lead: '{{inviterName}} would like to work with you on {{productName}}.',
  action: { href: '{{acceptUrl}}', text: 'Accept the invitation' },
  blocks: [
    when('message', quote('{{message}}', '{{inviterName}}')),
    facts(
      { name: 'Team', value: '{{teamName}}' },
      { name: 'From', value: '{{inviterName}}{{#if inviterEmail}} ({{inviterEmail}}){{/if}}' },
      { name: 'You would be', value: '{{role}}', if: 'role' },
      { name: 'Good until', value: '{{date expiresAt "long"}}', if: 'expiresAt' },
    ),
    spelledOut('{{acceptUrl}}'),
  ],
  reason:
    'You get this mail because {{inviterName}} gave us your address. If you do not know each other, do nothing: there is no account until you accept.',
  variables: [
    required('inviterName', 'Ines Moreau'),
    optional('inviterEmail', 'ines@example.com'),
    required('teamName', 'Night trains 2027'),
    required('productName', 'Atlas'),
    optional('role', 'Editor'),
    optional('message', 'The list of stations has outgrown me. You know the ones in the south: have a look?'),
    required('acceptUrl', 'https://example.com/join/4be0a9'),
    optional('expiresAt', '2026-03-26'),
  ],
});
