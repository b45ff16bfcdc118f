import type { TemplateVariable } from '#domain/templating/model/template.js';
import type { GalleryTemplate } from '#ports/templating/gallery.js';
import type { Block, Source } from './blocks.js';
import type { Accent } from './design.js';
import { page, textFooter } from './layout.js';
import { spacer } from './parts.js';
import { type Purpose, SENDER } from './variables.js';

/** A template as its file writes it down: what it says, and nothing about how that looks. */
export interface Mail {
  /** Names its illustration, too. */
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly purpose: Purpose;
  readonly accent: Accent;
  /** Beside the sender's name at the top. */
  readonly kind: Source;
  readonly subject: Source;
  /** What the inbox shows after the subject; the lead, if nothing else. */
  readonly preview?: Source;
  /** What the illustration shows. */
  readonly alt: string;
  readonly eyebrow: Source;
  readonly title: Source;
  readonly lead: Source;
  readonly action?: { readonly href: Source; readonly text: Source };
  readonly blocks: readonly Block[];
  /** Why the reader gets this mail. */
  readonly reason: Source;
  /** Its own; what the sender's part of the layout asks for is added. */
  readonly variables: readonly TemplateVariable[];
}

/** The template: both parts out of the same blocks, so that neither says what the other does not. */
export function mail(of: Mail): GalleryTemplate {
  const { key, name, description, subject, purpose, variables } = of;
  return {
    key,
    name,
    description,
    locale: 'en',
    content: { subject, html: html(of), text: text(of), variables: [...variables, ...SENDER[purpose]] },
  };
}

function html({ key, accent, purpose, kind, subject, preview, blocks, reason, ...of }: Mail): string {
  const { alt, eyebrow, title, lead, action } = of;
  return page({
    accent,
    purpose,
    title: subject,
    preview: preview ?? lead,
    kind,
    hero: { art: key, alt, eyebrow, title, lead, ...(action && { action }) },
    rows: [spacer(16), ...blocks.map((block) => block.html(accent)), spacer(64)],
    reason,
  });
}

function text({ title, lead, action, blocks, reason, purpose }: Mail): string {
  const first = action ? `${action.text}: ${action.href}\n\n` : '';
  const body = blocks.map((block) => block.text).join('');
  return `${title}\n\n${lead}\n\n${first}${body}${textFooter(reason, purpose)}`;
}
