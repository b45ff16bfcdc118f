import { facts, notice, when } from '../blocks.js';
import { RED } from '../design.js';
import { mail } from '../mail.js';
import { optional, required } from '../variables.js';

export const paymentFailed = mail({
  key: 'payment-failed',
  name: 'Payment failed',
  description: 'A payment was turned down: which, why, what happens next, and how to put it right.',
  purpose: 'service',
  accent: RED,
  kind: 'Billing',
  subject: 'Your payment to {{companyName}} did not go through',
  preview: '{{number amount currency=currency}} for {{item}}. It takes a minute to put right.',
  alt: 'A payment card with a cross beside it',
  eyebrow: 'Nothing is lost yet',
  title: 'Your payment did not go through',
  lead: 'We could not take {{number amount currency=currency}} for {{item}}. It takes a minute to put right.',
  action: { href: '{{updateUrl}}', text: 'Update my payment' },
  blocks: [
    facts(
      { name: 'For', value: '{{item}}' },
      { name: 'Amount', value: '{{number amount currency=currency}}' },
      { name: 'Tried on', value: '{{date attemptedAt "long"}}' },
      { name: 'Paid with', value: '{{paymentMethod}}', if: 'paymentMethod' },
      { name: 'Your bank says', value: '{{cause}}', if: 'cause' },
    ),
    when(
      'retryAt',
      notice(
        'What happens next',
        'We try again on {{date retryAt "long"}}.{{#if accessUntil}} Everything stays as it is until {{date accessUntil "long"}}.{{/if}}',
      ),
    ),
  ],
  reason: 'You get this mail because it is about a payment of yours.',
  variables: [
    required('item', 'Atlas Team, March'),
    required('amount', 36),
    required('currency', 'EUR'),
    required('attemptedAt', '2026-03-12'),
    optional('paymentMethod', 'Visa, ending in 4242'),
    optional('cause', 'The card has expired'),
    optional('retryAt', '2026-03-15'),
    optional('accessUntil', '2026-03-26'),
    required('updateUrl', 'https://example.com/billing'),
  ],
});
