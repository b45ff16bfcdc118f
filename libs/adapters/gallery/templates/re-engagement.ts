import { aside, headline, notice, points, says, when } from '../blocks.js';
import { AMBER } from '../design.js';
import { mail } from '../mail.js';
import { optional, required } from '../variables.js';

export const reEngagement = mail({
  key: 're-engagement',
  name: 'Come back',
  description:
    'To somebody who has not been there for long: what is new, and an easy way to stop hearing of it.',
  purpose: 'marketing',
  accent: AMBER,
  kind: 'It has been a while',
  subject: 'We left the light on, {{default name "friend"}}',
  preview: '{{summary}}',
  alt: 'An open door with a light behind it',
  eyebrow: 'It has been a while',
  title: 'We left the light on, {{default name "friend"}}',
  lead: '{{summary}}',
  action: { href: '{{ctaUrl}}', text: '{{default ctaLabel "Have a look"}}' },
  blocks: [
    when(
      'news',
      headline('New since you were here'),
      points('news', { title: '{{title}}', text: '{{text}}', textIf: 'text' }),
    ),
    when('offer', notice('To make it easier', '{{offer}}')),
    says('Had enough of us? That is fine: one click, and this was the last mail of its kind.'),
    aside('{{unsubscribeUrl}}', 'Write me no more'),
  ],
  reason: 'You get this mail because you signed up for our news.',
  variables: [
    optional('name', 'Mara'),
    required('summary', 'You have not opened Atlas since autumn. Your plans are where you left them.'),
    optional('news', [
      { title: 'Live connections', text: 'When a train is late, your plan finds the next one.' },
      { title: 'Works in tunnels', text: 'What you opened once is there without a signal.' },
    ]),
    optional('offer', 'The first month back is on us. It ends by itself, without a card.'),
    required('ctaUrl', 'https://example.com/back'),
    optional('ctaLabel', 'Open my plans'),
  ],
});
