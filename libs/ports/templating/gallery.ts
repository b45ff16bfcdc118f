import type { ShippedTemplate } from '#domain/templating/model/shipped-template.js';
import type { TemplateContent } from '#domain/templating/model/template.js';

/** A template that comes with Posthorn. */
export interface GalleryTemplate {
  /** What it is for ever known by (`welcome`); part of the origin of its copies. */
  readonly key: string;
  readonly name: string;
  /** One sentence: what it is for. */
  readonly description: string;
  readonly locale: string;
  readonly content: TemplateContent;
}

/** As it is copied into a workspace: all of the gallery are mails. */
export function shippedCopy({ key, name, locale, content }: GalleryTemplate): ShippedTemplate {
  return { origin: `gallery:${key}`, name, channel: 'email', locale, content };
}

/**
 * The templates that come with Posthorn.
 *
 * Guarantees: keys are unique and never change their meaning. Each template renders with its own examples and the
 * platform's variables, and passes the inspection that any other template has to pass.
 */
export interface Gallery {
  list(): Promise<readonly GalleryTemplate[]>;
}
export const Gallery = Symbol('Gallery');
