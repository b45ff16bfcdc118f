import type { GalleryTemplate } from '#ports/templating/gallery.js';
import { type Accent, FONT, INK, RULE, SOFT } from '../design.js';
import { page, textFooter } from '../layout.js';
import { divider, link, paragraph, row } from '../parts.js';
import { optional, required, senderVariables } from '../variables.js';

const accent: Accent = { solid: '#c2410c', tint: '#fff1ec', darkTint: '#35211b', onDark: '#ffa98a' };
const reason = 'You get this mail because you have an account with us.';

const fact = `<td class="stack gap rule" width="33%" valign="top" style="width:33%;padding:0 16px 0 20px;border-left:2px solid ${RULE}">
<p class="mark" style="margin:0;font-family:${FONT};font-size:32px;line-height:38px;font-weight:700;letter-spacing:-0.6px;color:${accent.solid}">{{value}}</p>
<p class="soft" style="margin:4px 0 0;font-family:${FONT};font-size:15px;line-height:22px;color:${SOFT}">{{label}}</p>
</td>`;

const quote = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td style="border-left:4px solid ${accent.solid};padding:4px 0 4px 28px">
<p class="ink" style="margin:0;font-family:${FONT};font-size:22px;line-height:33px;letter-spacing:-0.2px;color:${INK}">&ldquo;{{quote}}&rdquo;</p>
<p class="soft" style="margin:16px 0 0;font-family:${FONT};font-size:15px;line-height:22px;color:${SOFT}">{{quoteAuthor}}</p>
</td></tr></table>`;

export const announcement: GalleryTemplate = {
  key: 'announcement',
  name: 'Announcement',
  description: 'One piece of news, told in a few paragraphs, with figures and a quotation to go with it.',
  locale: 'en',
  content: {
    subject: '{{headline}}',
    html: page({
      accent,
      title: '{{headline}}',
      preview: '{{summary}}',
      kind: 'Announcement',
      hero: {
        art: 'announcement',
        alt: 'A post horn, sounding',
        eyebrow: '{{default occasion "News"}}',
        title: '{{headline}}',
        lead: '{{summary}}',
        action: { href: '{{ctaUrl}}', text: '{{default ctaLabel "Read the story"}}' },
      },
      rows: [
        row(
          `${paragraph('Hello {{default name "there"}},')}{{#each paragraphs}}${paragraph('{{this}}', { top: 18 })}{{/each}}`,
          {
            top: 56,
            bottom: 52,
          },
        ),
        `{{#if facts}}${row(`<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>\n{{#each facts}}${fact}{{/each}}\n</tr></table>`, { bottom: 56 })}{{/if}}`,
        divider(),
        `{{#if quote}}${row(quote, { top: 52, bottom: 52 })}${divider()}{{/if}}`,
        row(
          `${paragraph('Questions? Answer this mail: a person reads it.')}<p style="margin:14px 0 0">${link('{{ctaUrl}}', '{{default ctaLabel "Read the story"}}', accent)}</p>`,
          { top: 48, bottom: 64 },
        ),
      ],
      reason,
    }),
    text: `{{headline}}

Hello {{default name "there"}},

{{summary}}

{{#each paragraphs}}
{{this}}

{{/each}}
{{#if facts}}
{{#each facts}}
{{value}} {{label}}
{{/each}}

{{/if}}
{{#if quote}}
"{{quote}}"
{{quoteAuthor}}

{{/if}}
{{default ctaLabel "Read the story"}}: {{ctaUrl}}

${textFooter(reason)}`,
    variables: [
      optional('name', 'Mara'),
      optional('occasion', 'A new home'),
      required('headline', 'We are opening our doors in Lisbon'),
      required(
        'summary',
        'From the first of May there is a second studio: nine desks, one long table and a view of the river.',
      ),
      required('paragraphs', [
        'When we began, everything we made fitted on one table in Berlin. Last year a third of our work came from people closer to the Atlantic than to the Spree, so we went to meet them.',
        'The new studio does what the old one does, in the same hours and with the same people a call away. Nothing changes about your projects, except that somebody is awake a little later.',
      ]),
      optional('facts', [
        { value: '9', label: 'people, four of them new to the team' },
        { value: '1 May', label: 'is the day we open' },
        { value: '2', label: 'cities, one way of working' },
      ]),
      optional(
        'quote',
        'We looked at forty rooms. This one had the afternoon light, and a bakery downstairs.',
      ),
      optional('quoteAuthor', 'Tiago Rocha, who runs the studio'),
      required('ctaUrl', 'https://example.com/lisbon'),
      optional('ctaLabel', 'See the new studio'),
      ...senderVariables,
    ],
  },
};
