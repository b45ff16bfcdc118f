import type { GalleryTemplate } from '#ports/templating/gallery.js';
import type { Accent } from '../design.js';
import { page, textFooter } from '../layout.js';
import { button, divider, heading, link, marked, paragraph, row, spacer, subheading } from '../parts.js';
import { optional, required, SENDER } from '../variables.js';

const accent: Accent = { solid: '#b4551f', tint: '#fff5e6', darkTint: '#33281a', onDark: '#ffb877' };
const reason = 'You get this mail because you opened an account.';

const step = row(
  marked('{{step}}', `${subheading('{{title}}')}${paragraph('{{text}}', { top: 6 })}`, accent),
  { top: 40 },
);

export const welcome: GalleryTemplate = {
  key: 'welcome',
  name: 'Welcome',
  description: 'The first mail to somebody new: what to do first, and whom to ask.',
  locale: 'en',
  content: {
    subject: 'Welcome to {{productName}}, {{default name "friend"}}',
    html: page({
      accent,
      purpose: 'service',
      title: 'Welcome to {{productName}}',
      preview: '{{intro}}',
      kind: 'Welcome',
      hero: {
        art: 'welcome',
        alt: 'A path into the hills at sunrise',
        eyebrow: 'Good to have you here',
        title: 'Welcome, {{default name "friend"}}',
        lead: '{{intro}}',
        action: { href: '{{ctaUrl}}', text: '{{default ctaLabel "Get started"}}' },
      },
      rows: [
        row(heading('Your first ten minutes'), { top: 56 }),
        `{{#each steps}}\n${step}\n{{/each}}`,
        spacer(48),
        divider(),
        row(
          `${heading('Stuck? Ask {{supportName}}.')}${paragraph('{{supportName}} answers mails on weekdays, most of them within an hour. No question is too small.', { top: 10 })}`,
          { top: 48 },
        ),
        row(button('{{ctaUrl}}', '{{default ctaLabel "Get started"}}', accent, { width: 220 }), { top: 28 }),
        row(link('mailto:{{supportEmail}}', '{{supportEmail}}', accent), { top: 24, bottom: 64 }),
      ],
      reason,
    }),
    text: `Welcome to {{productName}}, {{default name "friend"}}

{{intro}}

Your first ten minutes

{{#each steps}}
{{step}}. {{title}}
   {{text}}

{{/each}}
{{default ctaLabel "Get started"}}: {{ctaUrl}}

Stuck? {{supportName}} answers mails on weekdays: {{supportEmail}}

${textFooter(reason, 'service')}`,
    variables: [
      optional('name', 'Mara'),
      required('productName', 'Atlas'),
      required('intro', 'Your account is ready. Three small steps, and the first plan is yours to share.'),
      required('steps', [
        {
          step: '1',
          title: 'Say where you start',
          text: 'Your town or your station: everything else is counted from there.',
        },
        {
          step: '2',
          title: 'Collect places',
          text: 'Paste a link, type a name or drop a pin. Atlas finds out what is open, and when.',
        },
        {
          step: '3',
          title: 'Let it make a plan',
          text: 'One click puts the places in an order that makes sense. Change what you like.',
        },
      ]),
      required('supportName', 'Leonie'),
      required('supportEmail', 'leonie@example.com'),
      required('ctaUrl', 'https://example.com/start'),
      optional('ctaLabel', 'Make your first plan'),
      ...SENDER.service,
    ],
  },
};
