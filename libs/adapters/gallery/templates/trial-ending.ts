import { facts, headline, points, says, when } from '../blocks.js';
import { VIOLET } from '../design.js';
import { mail } from '../mail.js';
import { optional, required } from '../variables.js';

export const trialEnding = mail({
  key: 'trial-ending',
  name: 'Trial ending',
  description: 'Some days before a trial ends: what that means, what there is to keep, and what it costs.',
  purpose: 'service',
  accent: VIOLET,
  kind: 'Your trial',
  subject: 'Your trial of {{productName}} ends on {{date endsAt "long"}}',
  alt: 'An hourglass with a little left in it',
  eyebrow: 'Until {{date endsAt "long"}}',
  title: 'Your trial of {{productName}} is ending',
  lead: '{{afterwards}}',
  action: { href: '{{upgradeUrl}}', text: 'Keep my account' },
  blocks: [
    facts(
      { name: 'Ends on', value: '{{date endsAt "full"}}' },
      { name: 'Plan', value: '{{planName}}', if: 'planName' },
      { name: 'Price', value: '{{price}}', if: 'price' },
    ),
    when(
      'made',
      headline('What you have made so far'),
      points('made', { title: '{{title}}', text: '{{text}}', textIf: 'text' }),
    ),
    when('offer', says('{{offer}}')),
  ],
  reason: 'You get this mail because you are trying {{productName}}.',
  variables: [
    required('productName', 'Atlas'),
    required('endsAt', '2026-03-19'),
    required(
      'afterwards',
      'After that your plans can be read, but not changed, until you choose how to go on. Nothing is deleted.',
    ),
    optional('planName', 'Atlas Team'),
    optional('price', '12 € a month for each person'),
    optional('made', [
      { title: 'Four plans', text: 'The longest of them has eleven changes of train.' },
      { title: 'Sixty-two places', text: 'Most of them are in the Alps.' },
    ]),
    optional('offer', 'Two more weeks would help? Answer this mail, and you have them.'),
    required('upgradeUrl', 'https://example.com/upgrade'),
  ],
});
