import { facts, headline, ledger, says, when } from '../blocks.js';
import { TEAL } from '../design.js';
import { mail } from '../mail.js';
import { optional, required } from '../variables.js';

export const backInStock = mail({
  key: 'back-in-stock',
  name: 'Back in stock',
  description: 'Something that was sold out can be had again, for whoever wanted to know.',
  purpose: 'marketing',
  accent: TEAL,
  kind: 'Back in stock',
  subject: '{{productName}} is back',
  alt: 'Something new in an open parcel, ticked',
  eyebrow: 'You asked us to tell you',
  title: '{{productName}} is back',
  lead: '{{summary}}',
  action: { href: '{{productUrl}}', text: '{{default ctaLabel "Get one"}}' },
  blocks: [
    facts(
      { name: 'Price', value: '{{number price currency=currency}}' },
      { name: 'Version', value: '{{variant}}', if: 'variant' },
      { name: 'Left', value: '{{number left}}', if: 'left' },
      { name: 'At your door', value: '{{delivery}}', if: 'delivery' },
    ),
    when(
      'similar',
      headline('Goes well with it'),
      ledger('similar', {
        item: '{{name}}',
        amount: '{{number price currency=@root.currency}}',
      }),
    ),
    says('We keep nothing aside: first come, first served.'),
  ],
  reason: 'You get this mail because you asked us to write when {{productName}} is back.',
  variables: [
    required('productName', 'The timetable notebook'),
    required(
      'summary',
      'The printer found the green paper again. There is a new batch, and it is a small one.',
    ),
    required('price', 14),
    required('currency', 'EUR'),
    optional('variant', 'Dotted, green'),
    optional('left', 120),
    optional('delivery', 'In two to three days'),
    optional('similar', [
      { name: 'Map of the night trains', price: 24.5 },
      { name: 'Pencil, soft, set of three', price: 6 },
    ]),
    required('productUrl', 'https://example.com/shop/notebook'),
    optional('ctaLabel', 'Get a notebook'),
  ],
});
