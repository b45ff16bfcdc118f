import { facts, headline, ledger } from '../blocks.js';
import { AMBER } from '../design.js';
import { mail } from '../mail.js';
import { optional, required } from '../variables.js';

export const orderShipped = mail({
  key: 'order-shipped',
  name: 'Order shipped',
  description: 'A parcel is on its way: what is in it, who carries it, and where to follow it.',
  purpose: 'service',
  accent: AMBER,
  kind: 'Order {{orderNumber}}',
  subject: 'Your order {{orderNumber}} is on its way',
  preview:
    '{{carrier}} has it{{#if arrivesOn}}, and means to be with you on {{date arrivesOn "full"}}{{/if}}.',
  alt: 'A van with a parcel, on the road',
  eyebrow: 'Packed and gone',
  title: 'It is on its way{{#if name}}, {{name}}{{/if}}',
  lead: '{{carrier}} has your parcel{{#if arrivesOn}} and means to bring it on {{date arrivesOn "full"}}{{/if}}.',
  action: { href: '{{trackingUrl}}', text: 'Follow the parcel' },
  blocks: [
    facts(
      { name: 'Order', value: '{{orderNumber}}' },
      { name: 'Carrier', value: '{{carrier}}' },
      { name: 'Parcel no.', value: '{{trackingNumber}}', if: 'trackingNumber' },
      { name: 'To', value: '{{address}}', if: 'address' },
    ),
    headline('In the parcel'),
    ledger('items', {
      item: '{{name}}',
      note: { if: 'details', text: '{{details}}' },
      amount: '{{default quantity "1"}} ×',
    }),
  ],
  reason: 'You get this mail because you ordered from us.',
  variables: [
    optional('name', 'Mara'),
    required('orderNumber', 'FS-20417'),
    required('carrier', 'DHL'),
    optional('trackingNumber', '0034 0434 1612 0945'),
    required('trackingUrl', 'https://example.com/track/20417'),
    optional('arrivesOn', '2026-03-16'),
    optional('address', 'Mara Lindqvist, Hafenstraße 7, 20359 Hamburg'),
    required('items', [
      { name: 'Map of the night trains', details: '70 × 100 cm, on cotton paper', quantity: 1 },
      { name: 'Timetable notebook', details: 'Dotted, green', quantity: 2 },
    ]),
  ],
});
