import { headline, says, spelledOut, steps, voucher, when } from '../blocks.js';
import { PINK } from '../design.js';
import { mail } from '../mail.js';
import { optional, required } from '../variables.js';

export const referral = mail({
  key: 'referral',
  name: 'Tell a friend',
  description: 'A link to hand on, with something in it for both.',
  purpose: 'marketing',
  accent: PINK,
  kind: 'For you and a friend',
  subject: '{{friendGets}} for a friend, {{youGet}} for you',
  preview: 'Hand on your link: there is something in it for both of you.',
  alt: 'Two friends with a present between them',
  eyebrow: 'Good things get about',
  title: '{{friendGets}} for a friend, {{youGet}} for you',
  lead: 'You know somebody who would like {{productName}}? Hand on your link, and both of you have something of it.',
  action: { href: '{{shareUrl}}', text: 'Share my link' },
  blocks: [
    headline('How it works'),
    steps(
      ['Hand on your link', 'By mail, by message or over the garden fence.'],
      ['Your friend signs up', 'They get, at once: {{friendGets}}.'],
      ['You are thanked', 'After {{default waitingTime "a month"}} of theirs with us, you get: {{youGet}}.'],
    ),
    when('code', voucher('{{code}}', 'Or let them type your code')),
    spelledOut('{{shareUrl}}', 'Your link:'),
    when('terms', says('{{terms}}')),
  ],
  reason: 'You get this mail because you are a customer of ours.',
  variables: [
    required('productName', 'Atlas'),
    required('friendGets', 'Two free months'),
    required('youGet', 'one month'),
    required('shareUrl', 'https://example.com/with/mara-7f3'),
    optional('code', 'MARA-7F3'),
    optional('waitingTime', 'a month'),
    optional('terms', 'For up to ten friends a year who are new to Atlas.'),
  ],
});
