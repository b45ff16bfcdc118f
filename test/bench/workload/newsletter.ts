import { readFileSync } from 'node:fs';

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

/** What every contestant sends: about 3 KB of HTML and a text part, with eight variables between them. */
export const newsletter = {
  from: 'Acme News <news@example.com>',
  subject: '{{name}}, good news for {{attributes.city}}',
  html: read('newsletter.html.hbs'),
  text: read('newsletter.text.hbs'),
  /** The same for all recipients. */
  shared: { company: 'Acme Tea & Coffee' },
} as const;
