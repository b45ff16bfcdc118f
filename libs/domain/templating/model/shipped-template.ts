import type { TemplateContent } from './template.js';

/** A template that comes with Posthorn, as it is copied into a workspace. */
export interface ShippedTemplate {
  /** What its copy is for ever known by (`gallery:welcome`): a workspace has one of each. */
  readonly origin: string;
  readonly name: string;
  readonly channel: string;
  readonly locale: string;
  readonly content: TemplateContent;
}
