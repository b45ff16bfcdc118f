import { headline, notice, says, scores, when } from '../blocks.js';
import { GREEN } from '../design.js';
import { mail } from '../mail.js';
import { optional, required } from '../variables.js';

export const survey = mail({
  key: 'survey',
  name: 'Survey',
  description: 'A few questions; the first can be answered in the mail itself.',
  purpose: 'marketing',
  accent: GREEN,
  kind: 'Your opinion',
  subject: '{{default name "Hello"}}, how did we do?',
  preview: 'Questions: {{number questions}}. Minutes: {{number minutes}}. We read every answer.',
  alt: 'A list of answers with stars above it, and a pencil',
  eyebrow: 'Your turn',
  title: 'How did we do?',
  lead: '{{intro}}',
  action: { href: '{{surveyUrl}}', text: 'Answer the questions' },
  blocks: [
    when(
      'scores',
      headline('{{default question "How was it?"}}'),
      scores('scores', '{{default lowest "Poor"}}', '{{default highest "Very good"}}'),
    ),
    says(
      'Questions: {{number questions}}. Time it takes: {{number minutes}} min.{{#if closesOn}} Open until {{date closesOn "long"}}.{{/if}}',
    ),
    when('thanks', notice('As a thank-you', '{{thanks}}')),
  ],
  reason: 'You get this mail because you agreed to be asked for your opinion.',
  variables: [
    optional('name', 'Mara'),
    required(
      'intro',
      'You have travelled with Atlas for three months. Tell us what to keep, and what to throw out.',
    ),
    required('questions', 6),
    required('minutes', 2),
    required('surveyUrl', 'https://example.com/survey'),
    optional('question', 'How likely are you to recommend Atlas to a friend?'),
    optional(
      'scores',
      [1, 2, 3, 4, 5].map((score) => ({ score, url: `https://example.com/survey?first=${score}` })),
    ),
    optional('lowest', 'Not at all'),
    optional('highest', 'I do already'),
    optional('closesOn', '2026-03-31'),
    optional('thanks', 'Among all answers we draw ten maps of the night trains.'),
  ],
});
