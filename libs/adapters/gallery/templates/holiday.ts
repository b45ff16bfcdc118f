import type { GalleryTemplate } from '#ports/templating/gallery.js';
import { type Accent, FONT, INK, SOFT } from '../design.js';
import { page, textFooter } from '../layout.js';
import { button, paragraph, row } from '../parts.js';
import { optional, required, senderVariables } from '../variables.js';

const accent: Accent = { solid: '#a63a30', tint: '#f4f1ec', darkTint: '#2a2521', onDark: '#f0a399' };
const reason = 'You get this greeting because we worked together this year.';

const signature = `<p class="ink" style="margin:36px 0 0;font-family:Georgia,'Times New Roman',serif;font-size:26px;line-height:34px;font-style:italic;color:${INK}">{{signedBy}}</p>
<p class="soft" style="margin:4px 0 0;font-family:${FONT};font-size:15px;line-height:22px;color:${SOFT}">{{companyName}}</p>`;

const hours = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td class="tint" bgcolor="${accent.tint}" style="padding:28px 32px;background-color:${accent.tint}">
<p class="ink" style="margin:0;font-family:${FONT};font-size:17px;line-height:26px;font-weight:700;color:${INK}">While we are away</p>
<p class="soft" style="margin:6px 0 0;font-family:${FONT};font-size:16px;line-height:26px;color:${SOFT}">We are closed from {{date closedFrom "long"}} and back on {{date backOn "long"}}. {{awayNote}}</p>
</td></tr></table>`;

export const holiday: GalleryTemplate = {
  key: 'holiday',
  name: 'Holiday greeting',
  description: 'A short letter at the end of the year, with the days you are away.',
  locale: 'en',
  content: {
    subject: '{{greeting}}, {{default name "dear friend"}}',
    html: page({
      accent,
      title: '{{greeting}}',
      preview: '{{wish}}',
      kind: '{{season}}',
      hero: {
        art: 'holiday',
        alt: 'A lit cabin among snowy firs under the moon',
        eyebrow: 'To {{default name "you"}}, from all of us',
        title: '{{greeting}}',
        lead: '{{wish}}',
      },
      rows: [
        row(
          `${paragraph('Dear {{default name "friend"}},')}{{#each paragraphs}}${paragraph('{{this}}', { top: 18 })}{{/each}}${signature}`,
          { top: 56, bottom: 56 },
        ),
        `{{#if closedFrom}}${row(hours, { bottom: 56 })}{{/if}}`,
        `{{#if ctaUrl}}${row(button('{{ctaUrl}}', '{{default ctaLabel "Open your present"}}', accent), { bottom: 64 })}{{/if}}`,
      ],
      reason,
    }),
    text: `{{greeting}}

Dear {{default name "friend"}},

{{wish}}

{{#each paragraphs}}
{{this}}

{{/each}}
{{signedBy}}
{{companyName}}

{{#if closedFrom}}
While we are away: we are closed from {{date closedFrom "long"}} and back on {{date backOn "long"}}. {{awayNote}}

{{/if}}
{{#if ctaUrl}}
{{default ctaLabel "Open your present"}}: {{ctaUrl}}

{{/if}}
${textFooter(reason)}`,
    variables: [
      optional('name', 'Mara'),
      required('season', 'Winter 2026'),
      required('greeting', 'A quiet winter and a bright new year'),
      required('wish', 'May the days be short on meetings and long on everything else.'),
      required('paragraphs', [
        'It has been a full year: eleven projects, two moves and one very stubborn coffee machine. You were part of it, and it was better for that.',
        'We have put the tools away and lit the stove. Whatever is still open can wait until January, and so, we hope, can yours.',
      ]),
      required('signedBy', 'Jonas, Ines & everyone'),
      optional('closedFrom', '2026-12-22'),
      optional('backOn', '2027-01-07'),
      optional('awayNote', 'In between, one of us looks into the mailbox every evening.'),
      optional('ctaUrl', 'https://example.com/winter'),
      optional('ctaLabel', 'Open your present'),
      ...senderVariables,
    ],
  },
};
