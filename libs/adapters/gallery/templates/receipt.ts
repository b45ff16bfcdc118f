import { facts, ledger, says, when } from '../blocks.js';
import { GREEN } from '../design.js';
import { mail } from '../mail.js';
import { optional, required } from '../variables.js';

export const receipt = mail({
  key: 'receipt',
  name: 'Receipt',
  description: 'What was paid, for what, and how: line by line.',
  purpose: 'service',
  accent: GREEN,
  kind: 'Receipt',
  subject: 'Your receipt from {{companyName}}, no. {{receiptNumber}}',
  preview: '{{number total currency=currency}}, paid on {{date paidAt "long"}}.',
  alt: 'A slip of paper with a total, and a coin',
  eyebrow: 'Paid, with thanks',
  title: '{{number total currency=currency}}',
  lead: 'This is your receipt no. {{receiptNumber}}. Keep it: it is all the tax office wants to see.',
  action: { href: '{{receiptUrl}}', text: 'Open the receipt' },
  blocks: [
    ledger('items', {
      item: '{{name}}',
      note: { if: 'quantity', text: '{{quantity}} ×' },
      amount: '{{number amount currency=@root.currency}}',
      totals: [
        { name: '{{default taxLabel "Tax"}}', value: '{{number tax currency=currency}}', if: 'tax' },
        { name: 'Total', value: '{{number total currency=currency}}' },
      ],
    }),
    facts(
      { name: 'Receipt no.', value: '{{receiptNumber}}' },
      { name: 'Paid on', value: '{{date paidAt "long"}}' },
      { name: 'Paid with', value: '{{paymentMethod}}', if: 'paymentMethod' },
      { name: 'Billed to', value: '{{billedTo}}', if: 'billedTo' },
    ),
    when('note', says('{{note}}')),
  ],
  reason: 'You get this mail because you paid us.',
  variables: [
    required('receiptNumber', '2026-0417'),
    required('paidAt', '2026-03-12'),
    required('currency', 'EUR'),
    required('items', [
      { name: 'Atlas Team, March', quantity: 3, amount: 36 },
      { name: 'Printed map of the night trains', quantity: 1, amount: 24.5 },
    ]),
    optional('taxLabel', 'VAT 19 %'),
    optional('tax', 11.5),
    required('total', 72),
    optional('paymentMethod', 'Visa, ending in 4242'),
    optional('billedTo', 'Mara Lindqvist, Hafenstraße 7, 20359 Hamburg'),
    required('receiptUrl', 'https://example.com/receipts/2026-0417'),
    optional('note', 'The map leaves the press on Monday.'),
  ],
});
