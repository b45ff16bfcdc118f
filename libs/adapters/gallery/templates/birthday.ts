import { facts, says, voucher, when } from '../blocks.js';
import { PINK } from '../design.js';
import { mail } from '../mail.js';
import { optional, required } from '../variables.js';

export const birthday = mail({
  key: 'birthday',
  name: 'Birthday',
  description: 'Good wishes on the day, with a present.',
  purpose: 'marketing',
  accent: PINK,
  kind: 'Your day',
  subject: 'Happy birthday, {{default name "friend"}}',
  preview: '{{wish}}',
  alt: 'A cake with three candles',
  eyebrow: 'Many happy returns',
  title: 'Happy birthday, {{default name "friend"}}',
  lead: '{{wish}}',
  action: { href: '{{ctaUrl}}', text: '{{default ctaLabel "Open my present"}}' },
  blocks: [
    says('Your present: {{gift}}.'),
    when('code', voucher('{{code}}', 'Your code')),
    when('validUntil', facts({ name: 'Good until', value: '{{date validUntil "long"}}' })),
    when('signedBy', says('With the best wishes, {{signedBy}}')),
  ],
  reason: 'You get this mail because you told us your birthday.',
  variables: [
    optional('name', 'Mara'),
    required('wish', 'May your trains be on time, and your seat by the window.'),
    required('gift', 'a map of your choice, on us'),
    optional('code', 'CAKE-4410'),
    optional('validUntil', '2026-04-12'),
    optional('signedBy', 'Jonas, Ines and everyone'),
    required('ctaUrl', 'https://example.com/present'),
    optional('ctaLabel', 'Choose my map'),
  ],
});
