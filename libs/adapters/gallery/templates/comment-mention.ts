import { aside, facts, headline, points, quote, when } from '../blocks.js';
import { BLUE } from '../design.js';
import { mail } from '../mail.js';
import { optional, required } from '../variables.js';

export const commentMention = mail({
  key: 'comment-mention',
  name: 'Mentioned in a comment',
  description: 'Somebody named the reader in a comment: what they said, and where.',
  purpose: 'service',
  accent: BLUE,
  kind: 'Comments',
  subject: '{{authorName}} mentioned you in {{documentTitle}}',
  preview: '{{comment}}',
  alt: 'A speech bubble with an at sign',
  eyebrow: '{{documentTitle}}',
  title: '{{authorName}} mentioned you',
  lead: 'There is a comment that has your name in it.',
  action: { href: '{{commentUrl}}', text: 'Answer the comment' },
  blocks: [
    quote('{{comment}}', '{{authorName}}'),
    facts(
      { name: 'In', value: '{{documentTitle}}' },
      {
        name: 'When',
        value: '{{date commentedAt "long" time="short" timezone=timezone}}',
        if: 'commentedAt',
      },
    ),
    when(
      'earlier',
      headline('What was said before'),
      points('earlier', { sign: '&ldquo;', title: '{{author}}', text: '{{text}}', textIf: 'text' }),
    ),
    when('preferencesUrl', aside('{{preferencesUrl}}', 'Choose what we tell you')),
  ],
  reason: 'You get this mail because somebody named you.',
  variables: [
    required('authorName', 'Paul Okafor'),
    required('documentTitle', 'The menu for the evening'),
    required(
      'comment',
      '@Mara, is there a train that gets forty people home after eleven? Otherwise the soup goes first.',
    ),
    optional('commentedAt', '2026-03-12T16:05:00+01:00'),
    optional('timezone', 'Europe/Berlin'),
    optional('earlier', [
      { author: 'Ines Moreau', text: 'Could we eat at seven? People come from far.' },
      { author: 'Paul Okafor', text: 'At seven the ovens are still cold, but let me see.' },
    ]),
    required('commentUrl', 'https://example.com/plans/evening#c18'),
    optional('preferencesUrl', 'https://example.com/account/mails'),
  ],
});
