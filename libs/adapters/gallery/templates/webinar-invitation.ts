import { aside, facts, headline, notice, points, says, when } from '../blocks.js';
import { BLUE } from '../design.js';
import { mail } from '../mail.js';
import { optional, required } from '../variables.js';

export const webinarInvitation = mail({
  key: 'webinar-invitation',
  name: 'Webinar invitation',
  description: 'An hour in front of the screen: when, with whom, about what, and a place to save.',
  purpose: 'marketing',
  accent: BLUE,
  kind: 'Webinar',
  subject: 'Webinar: {{title}}, {{date startsAt "long" timezone=timezone}}',
  preview: '{{summary}}',
  alt: 'Somebody speaking on a screen',
  eyebrow: 'Live, {{date startsAt "long" timezone=timezone}}',
  title: '{{title}}',
  lead: '{{summary}}',
  action: { href: '{{registerUrl}}', text: 'Save my place' },
  blocks: [
    facts(
      { name: 'When', value: '{{date startsAt "full" time="long" timezone=timezone}}' },
      { name: 'How long', value: '{{minutes}} minutes, questions included' },
      { name: 'Costs', value: '{{default price "Nothing"}}' },
    ),
    when(
      'topics',
      headline('What it is about'),
      points('topics', { title: '{{title}}', text: '{{text}}', textIf: 'text' }),
    ),
    when(
      'speakers',
      headline('Who speaks'),
      points('speakers', { sign: '&#9733;', title: '{{name}}', text: '{{role}}', textIf: 'role' }),
    ),
    when('recordingNote', notice('Cannot be there?', '{{recordingNote}}')),
    says('The link to the room comes by mail as soon as you have a place.'),
    when('calendarUrl', aside('{{calendarUrl}}', 'Put it in my calendar')),
  ],
  reason: 'You get this invitation because you asked to hear about our webinars.',
  variables: [
    required('title', 'Planning a trip without a plane'),
    required('summary', 'From the first list of places to a ticket in hand, live and on real timetables.'),
    required('startsAt', '2026-04-14T17:00:00+02:00'),
    optional('timezone', 'Europe/Berlin'),
    required('minutes', 50),
    optional('price', 'Nothing'),
    optional('topics', [
      { title: 'Reading a timetable', text: 'And what it does not say: platforms, seasons, strikes.' },
      { title: 'Connections that hold', text: 'How many minutes are enough, station by station.' },
    ]),
    optional('speakers', [
      { name: 'Ines Moreau', role: 'Cartographer, has changed trains in 1,100 stations' },
      { name: 'Tiago Rocha', role: 'Runs the studio in Lisbon' },
    ]),
    optional('recordingNote', 'Save a place all the same: the recording goes to everybody who has one.'),
    required('registerUrl', 'https://example.com/webinar/places'),
    optional('calendarUrl', 'https://example.com/webinar.ics'),
  ],
});
