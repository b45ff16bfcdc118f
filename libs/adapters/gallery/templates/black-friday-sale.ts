import { action, headline, ledger, notice, says, voucher, when } from '../blocks.js';
import { GOLD } from '../design.js';
import { mail } from '../mail.js';
import { optional, required } from '../variables.js';

export const blackFridaySale = mail({
  key: 'black-friday-sale',
  name: 'Black Friday sale',
  description: 'A sale with an end: how much less, for what, until when.',
  purpose: 'marketing',
  accent: GOLD,
  kind: '{{default saleName "Black Friday"}}',
  subject: '{{default saleName "Black Friday"}}: {{discount}} off',
  preview: '{{discount}} off until {{date endsAt "long" time="long" timezone=timezone}}.',
  alt: 'A golden price tag in the dark',
  eyebrow: '{{default saleName "Black Friday"}}',
  title: '{{discount}} off',
  lead: '{{summary}}',
  action: { href: '{{shopUrl}}', text: 'Go to the sale' },
  blocks: [
    when('code', voucher('{{code}}', 'Your code, to type at the till')),
    when(
      'offers',
      headline('For example'),
      ledger('offers', {
        item: '{{name}}',
        note: { if: 'was', text: 'instead of {{number was currency=@root.currency}}' },
        amount: '{{number now currency=@root.currency}}',
      }),
    ),
    notice(
      'When it is over',
      'On {{date endsAt "full" time="long" timezone=timezone}}. After that everything costs what it did before.',
    ),
    action('{{shopUrl}}', 'Go to the sale'),
    when('terms', says('{{terms}}')),
  ],
  reason: 'You get this mail because you asked to hear of our sales.',
  variables: [
    optional('saleName', 'Black Friday'),
    required('discount', '30 %'),
    required(
      'summary',
      'Once a year, on everything we print: maps, notebooks and the calendar for next year.',
    ),
    required('endsAt', '2026-11-30T23:59:00+01:00'),
    optional('timezone', 'Europe/Berlin'),
    optional('code', 'NIGHT30'),
    optional('currency', 'EUR'),
    optional('offers', [
      { name: 'Map of the night trains', was: 35, now: 24.5 },
      { name: 'Timetable notebook', was: 14, now: 9.8 },
      { name: 'Calendar 2027: Stations in snow', was: 28, now: 19.6 },
    ]),
    required('shopUrl', 'https://example.com/sale'),
    optional('terms', 'While there is stock. Cannot be combined with other codes.'),
  ],
});
