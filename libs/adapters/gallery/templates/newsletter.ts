import type { GalleryTemplate } from '#ports/templating/gallery.js';
import type { Accent } from '../design.js';
import { page, textFooter } from '../layout.js';
import { button, divider, eyebrow, heading, label, link, paragraph, row, subheading } from '../parts.js';
import { optional, required, senderVariables } from '../variables.js';

const accent: Accent = { solid: '#3a4cc4', tint: '#eef1ff', darkTint: '#20253f', onDark: '#a9b6ff' };
const reason = 'You get this newsletter because you signed up for it.';

const article = [
  row(
    `${eyebrow('{{topic}}', accent)}${subheading('<a href="{{url}}" class="ink" style="color:#1b1f29;text-decoration:none">{{title}}</a>')}${paragraph('{{summary}}', { top: 10 })}<p style="margin:14px 0 0">${link('{{url}}', 'Read on', accent)}</p>`,
    { top: 44, bottom: 44 },
  ),
  divider(),
].join('\n');

export const newsletter: GalleryTemplate = {
  key: 'newsletter',
  name: 'Newsletter',
  description: 'An issue with a few articles, each with a summary and a link.',
  locale: 'en',
  content: {
    subject: '{{title}}',
    html: page({
      accent,
      title: '{{title}}',
      preview: '{{intro}}',
      kind: '{{issue}}',
      hero: {
        art: 'newsletter',
        alt: 'A newspaper on its way out of an envelope',
        eyebrow: 'In this issue',
        title: '{{title}}',
        lead: '{{intro}}',
      },
      rows: [
        `{{#each articles}}\n${article}\n{{/each}}`,
        `{{#if tip}}${row(`${heading('One small thing')}${paragraph('{{tip}}', { top: 10 })}`, { top: 44 })}{{/if}}`,
        row(button('{{issueUrl}}', 'Read the whole issue', accent), { top: 44, bottom: 24 }),
        row(label('{{readingTime}} minutes to read, all of it.'), { bottom: 64 }),
      ],
      reason,
    }),
    text: `{{title}}
{{issue}}

{{intro}}

{{#each articles}}
* {{title}}
  {{summary}}
  {{url}}

{{/each}}
{{#if tip}}
One small thing: {{tip}}

{{/if}}
The whole issue: {{issueUrl}}

${textFooter(reason)}`,
    variables: [
      required('title', 'Slow trains, quick lunches and a map worth framing'),
      required('intro', 'Three stories from people who took the long way round, and were glad they did.'),
      required('issue', 'No. 24 · March'),
      required('articles', [
        {
          topic: 'Journeys',
          title: 'Nine hours to Trieste, and not one of them wasted',
          summary:
            'The night train is gone, the day train is better: two mountain ranges, one dining car and a window seat on the left.',
          url: 'https://example.com/journal/trieste',
        },
        {
          topic: 'Table',
          title: 'What to order when you have forty minutes in Lyon',
          summary:
            'A counter, a soup of the day and a carafe. Where cooks from the old market go before their shift.',
          url: 'https://example.com/journal/lyon',
        },
        {
          topic: 'Craft',
          title: 'The woman who draws every stop by hand',
          summary:
            'Ines Moreau has mapped eleven hundred stations in ink. She explains why she starts with the benches.',
          url: 'https://example.com/journal/maps',
        },
      ]),
      optional(
        'tip',
        'Most dining cars take reservations by phone. Almost nobody knows, so there is always a table.',
      ),
      required('issueUrl', 'https://example.com/journal/24'),
      required('readingTime', 9),
      ...senderVariables,
    ],
  },
};
