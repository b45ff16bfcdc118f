import { aside, points, when } from '../blocks.js';
import { INDIGO } from '../design.js';
import { mail } from '../mail.js';
import { optional, required } from '../variables.js';

export const missedMessagesDigest = mail({
  key: 'missed-messages-digest',
  name: 'Missed messages',
  description: 'Conversations that went on while somebody was away, each with its last line.',
  purpose: 'service',
  accent: INDIGO,
  kind: 'Unread messages',
  subject: 'Unread in {{companyName}}: {{number unreadCount}}',
  preview: 'From {{#each conversations}}{{#unless @first}}, {{/unless}}{{title}}{{/each}}.',
  alt: 'Two speech bubbles, one of them unread',
  eyebrow: 'While you were away',
  title: 'Hello {{default name "again"}}, you have messages',
  lead: 'Unread: {{number unreadCount}}{{#if since}}, since {{date since "long" time="short" timezone=timezone}}{{/if}}.',
  action: { href: '{{inboxUrl}}', text: 'Open my messages' },
  blocks: [
    points('conversations', {
      sign: '{{number unread}}',
      title: '{{title}}',
      // Some keep the words out of mails: then there are names and counts.
      text: '{{#if lastSender}}{{lastSender}}: {{/if}}{{lastLine}}',
      textIf: 'lastLine',
      href: '{{url}}',
      line: '{{title}} (unread: {{number unread}})',
    }),
    when('preferencesUrl', aside('{{preferencesUrl}}', 'Choose how often we write')),
  ],
  reason: 'You get this mail because you were offline when these messages came.',
  variables: [
    optional('name', 'Mara'),
    required('unreadCount', 9),
    optional('since', '2026-03-12T09:15:00+01:00'),
    optional('timezone', 'Europe/Berlin'),
    required('conversations', [
      {
        title: 'Ines Moreau',
        unread: 2,
        lastSender: 'Ines',
        lastLine: 'Then let us take the slow one. I bring the sandwiches.',
        url: 'https://example.com/chat/ines',
      },
      {
        title: 'Night trains 2027',
        unread: 6,
        lastSender: 'Paul',
        lastLine: 'The table for the dining car is up, please look at the prices.',
        url: 'https://example.com/chat/trains',
      },
      {
        title: 'Studio, ground floor',
        unread: 1,
        lastSender: 'Jonas',
        lastLine: 'Who has the key to the cellar?',
        url: 'https://example.com/chat/studio',
      },
    ]),
    required('inboxUrl', 'https://example.com/chat'),
    optional('preferencesUrl', 'https://example.com/account/mails'),
  ],
});
