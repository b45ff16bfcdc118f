import type { GalleryTemplate } from '#ports/templating/gallery.js';
import { type Accent, FONT, INK, RULE, SOFT } from '../design.js';
import { page, textFooter } from '../layout.js';
import { button, divider, heading, link, paragraph, row, subheading } from '../parts.js';
import { optional, required, senderVariables } from '../variables.js';

const accent: Accent = { solid: '#6438c9', tint: '#f3eefe', darkTint: '#2a2140', onDark: '#c5adff' };
const reason = 'You get this invitation because we would like to see you there.';

function detail(name: string, value: string, more = ''): string {
  return `<tr>
<td class="soft" width="110" valign="top" style="width:110px;padding:10px 0;font-family:${FONT};font-size:16px;line-height:26px;color:${SOFT}">${name}</td>
<td class="ink" valign="top" style="padding:10px 0;font-family:${FONT};font-size:16px;line-height:26px;font-weight:700;color:${INK}">${value}${more}</td>
</tr>`;
}

const details = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0">
${detail('When', '{{date startsAt "full" time="short" timezone=timezone}}')}
${detail('Where', '{{venue}}', `<br><span class="soft" style="font-weight:400;color:${SOFT}">{{address}}</span>`)}
{{#if seats}}${detail('Seats', '{{seats}}')}{{/if}}
</table>`;

const slot = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr>
<td class="rule" width="110" valign="top" style="width:110px;padding:22px 0;border-top:1px solid ${RULE}"><p class="mark" style="margin:0;font-family:${FONT};font-size:16px;line-height:26px;font-weight:700;color:${accent.solid}">{{time}}</p></td>
<td class="rule" valign="top" style="padding:22px 0;border-top:1px solid ${RULE}">${subheading('{{title}}')}{{#if speaker}}${paragraph('{{speaker}}', { top: 2, size: 16 })}{{/if}}</td>
</tr></table>`;

export const eventInvitation: GalleryTemplate = {
  key: 'event-invitation',
  name: 'Event invitation',
  description: 'An evening, a talk or a conference: when, where, what happens, and a seat to save.',
  locale: 'en',
  content: {
    subject: 'Invitation: {{eventName}}, {{date startsAt "long" timezone=timezone}}',
    html: page({
      accent,
      title: '{{eventName}}',
      preview: '{{summary}}',
      kind: 'Invitation',
      hero: {
        art: 'event',
        alt: 'A calendar with one day marked, and a ticket',
        eyebrow: '{{date startsAt "long" timezone=timezone}}',
        title: '{{eventName}}',
        lead: '{{summary}}',
        action: { href: '{{rsvpUrl}}', text: 'Save my seat' },
      },
      rows: [
        row(`${paragraph('Hello {{default name "there"}},')}${paragraph('{{invitation}}', { top: 18 })}`, {
          top: 56,
          bottom: 40,
        }),
        row(details, { bottom: 48 }),
        `{{#if agenda}}${row(heading('The evening'), { bottom: 18 })}${row(`{{#each agenda}}${slot}{{/each}}`, { bottom: 32 })}{{/if}}`,
        divider(),
        row(
          `${paragraph('Please answer by {{date answerBy "long"}}, so that there is a chair for everybody.')}`,
          { top: 48 },
        ),
        row(button('{{rsvpUrl}}', 'Save my seat', accent, { width: 210 }), { top: 28 }),
        row(link('{{calendarUrl}}', 'Put it in my calendar', accent), { top: 24, bottom: 64 }),
      ],
      reason,
    }),
    text: `{{eventName}}

Hello {{default name "there"}},

{{invitation}}

When:  {{date startsAt "full" time="short" timezone=timezone}}
Where: {{venue}}, {{address}}
{{#if seats}}
Seats: {{seats}}
{{/if}}

{{#if agenda}}
{{#each agenda}}
{{time}}  {{title}}{{#if speaker}} ({{speaker}}){{/if}}
{{/each}}

{{/if}}
Save my seat: {{rsvpUrl}}
Put it in my calendar: {{calendarUrl}}
Please answer by {{date answerBy "long"}}.

${textFooter(reason)}`,
    variables: [
      optional('name', 'Mara'),
      required('eventName', 'An evening on slow travel'),
      required(
        'summary',
        'Three short talks, one long table, and a room full of people who miss the dining car.',
      ),
      required(
        'invitation',
        'Once a year we invite the people we learn most from. This time it is about going slowly, and about what that takes: from the timetable, from the map and from the cook.',
      ),
      required('startsAt', '2026-05-21T18:30:00+02:00'),
      required('timezone', 'Europe/Berlin'),
      required('venue', 'Kulturbahnhof, Hall 2'),
      required('address', 'Revaler Straße 99, Berlin'),
      optional('seats', '80, and they go quickly'),
      optional('agenda', [
        { time: '18:30', title: 'Doors, drinks and hellos' },
        { time: '19:00', title: 'Drawing eleven hundred stations', speaker: 'Ines Moreau, cartographer' },
        { time: '19:40', title: 'A kitchen at a hundred miles an hour', speaker: 'Paul Okafor, chef' },
        { time: '20:15', title: 'The long table' },
      ]),
      required('answerBy', '2026-05-12'),
      required('rsvpUrl', 'https://example.com/evening/seat'),
      required('calendarUrl', 'https://example.com/evening.ics'),
      ...senderVariables,
    ],
  },
};
