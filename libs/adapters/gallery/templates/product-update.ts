import type { GalleryTemplate } from '#ports/templating/gallery.js';
import { type Accent, FONT, SOFT } from '../design.js';
import { page, textFooter } from '../layout.js';
import { button, divider, heading, link, marked, paragraph, row, spacer, subheading } from '../parts.js';
import { optional, required, senderVariables } from '../variables.js';

const accent: Accent = { solid: '#0f766e', tint: '#e9f6f3', darkTint: '#15302d', onDark: '#6fd6c8' };
const reason = 'You get this mail because you use {{productName}}.';

const feature = row(
  marked('&#10003;', `${subheading('{{title}}')}${paragraph('{{text}}', { top: 6 })}`, accent),
  { top: 40 },
);

const improvement = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>
<td width="20" valign="top" class="mark" style="width:20px;padding-top:12px;font-family:${FONT};font-size:17px;line-height:28px;font-weight:700;color:${accent.solid}">&bull;</td>
<td class="soft" style="padding-top:12px;font-family:${FONT};font-size:17px;line-height:28px;color:${SOFT}">{{this}}</td>
</tr></table>`;

export const productUpdate: GalleryTemplate = {
  key: 'product-update',
  name: 'Product update',
  description: 'What is new in a release: the large things in words, the small ones in a list.',
  locale: 'en',
  content: {
    subject: '{{productName}} {{version}}: {{headline}}',
    html: page({
      accent,
      title: '{{productName}} {{version}}',
      preview: '{{summary}}',
      kind: '{{date releasedAt "long"}}',
      hero: {
        art: 'product-update',
        alt: 'A window with a rising chart, ticked off',
        eyebrow: '{{productName}} {{version}}',
        title: '{{headline}}',
        lead: '{{summary}}',
        action: { href: '{{ctaUrl}}', text: 'See what is new' },
      },
      rows: [
        row(heading('New in this release'), { top: 56 }),
        `{{#each features}}\n${feature}\n{{/each}}`,
        spacer(48),
        `{{#if improvements}}${divider()}${row(`${heading('Better than before')}{{#each improvements}}${improvement}{{/each}}`, { top: 48, bottom: 48 })}{{/if}}`,
        divider(),
        row(`${paragraph('You have it already: there is nothing to install.')}`, { top: 48 }),
        row(button('{{ctaUrl}}', 'Try it now', accent, { width: 200 }), { top: 28 }),
        row(link('{{changelogUrl}}', 'All changes, one by one', accent), { top: 24, bottom: 64 }),
      ],
      reason,
    }),
    text: `{{productName}} {{version}}: {{headline}}
{{date releasedAt "long"}}

{{summary}}

New in this release

{{#each features}}
* {{title}}
  {{text}}

{{/each}}
{{#if improvements}}
Better than before

{{#each improvements}}
* {{this}}
{{/each}}

{{/if}}
See what is new: {{ctaUrl}}
All changes: {{changelogUrl}}

${textFooter(reason)}`,
    variables: [
      required('productName', 'Atlas'),
      required('version', '4.2'),
      required('releasedAt', '2026-03-10'),
      required('headline', 'Plans that keep themselves'),
      required(
        'summary',
        'Timetables change. From today your plans notice, and tell everybody they concern.',
      ),
      required('features', [
        {
          title: 'Live connections',
          text: 'When a train is late, Atlas looks for the next one and shows both ways, with what each of them costs.',
        },
        {
          title: 'One plan, many people',
          text: 'Share a plan by link. Whoever opens it sees the same page, and may suggest a change without making it.',
        },
        {
          title: 'Works in tunnels',
          text: 'Everything you opened once is there when the signal is not. Changes wait, and go out when you do.',
        },
      ]),
      optional('improvements', [
        'Search finds places by their old names, too.',
        'The printed plan fits on one page again.',
        'Opening a long plan takes a third of the time.',
      ]),
      required('ctaUrl', 'https://example.com/atlas/new'),
      required('changelogUrl', 'https://example.com/atlas/changes'),
      ...senderVariables,
    ],
  },
};
