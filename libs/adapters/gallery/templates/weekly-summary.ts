import { aside, figures, headline, notice, points, when } from '../blocks.js';
import { TEAL } from '../design.js';
import { mail } from '../mail.js';
import { optional, required } from '../variables.js';

export const weeklySummary = mail({
  key: 'weekly-summary',
  name: 'Weekly summary',
  description: 'A week in three numbers, with what stood out and what comes next.',
  purpose: 'service',
  accent: TEAL,
  kind: 'Weekly summary',
  subject: 'Your week in {{productName}}, to {{date weekEnd "long"}}',
  preview: '{{#each figures}}{{value}} {{label}}. {{/each}}Your week at a glance.',
  alt: 'A sheet with a week of columns and a rising line',
  eyebrow: '{{date weekStart "long"}} to {{date weekEnd "long"}}',
  title: 'Your week{{#if name}}, {{name}}{{/if}}',
  lead: '{{summary}}',
  action: { href: '{{dashboardUrl}}', text: 'See all of it' },
  blocks: [
    figures('figures'),
    when(
      'highlights',
      headline('What stood out'),
      points('highlights', { title: '{{title}}', text: '{{text}}', textIf: 'text' }),
    ),
    when('next', notice('Next week', '{{next}}')),
    when('preferencesUrl', aside('{{preferencesUrl}}', 'Choose how often we write')),
  ],
  reason: 'You get this mail because you asked for a weekly summary.',
  variables: [
    optional('name', 'Mara'),
    required('productName', 'Atlas'),
    required('weekStart', '2026-03-09'),
    required('weekEnd', '2026-03-15'),
    required('summary', 'Two plans finished, and the first one that nobody had to change on the way.'),
    required('figures', [
      { value: '14', label: 'journeys, three more than the week before' },
      { value: '38 min', label: 'waited at stations, all together' },
      { value: '9', label: 'people you planned with' },
    ]),
    optional('highlights', [
      { title: 'Trieste is booked', text: 'The window seats are on the left, as they should be.' },
      { title: 'Eleven places added', text: 'Seven of them by Ines, who has been to all of them.' },
    ]),
    optional('next', 'On Tuesday the summer timetable comes out. Plans it concerns are marked.'),
    required('dashboardUrl', 'https://example.com/week'),
    optional('preferencesUrl', 'https://example.com/account/mails'),
  ],
});
