import type { TemplateContent } from '#domain/templating/model/template.js';

export interface Inspected {
  /** What the template asks of a message, by name (`attributes.city`), in order of first use. */
  readonly variables: readonly string[];
}

/**
 * Tells whether a template can be rendered safely, before anybody keeps it.
 *
 * Guarantees: whatever passes can be prepared by the Renderer; whatever could reach beyond a message's data, run for
 * longer or nest deeper than rendering is bounded to, or hold an unsafe URL in its source, is refused, naming part and
 * line. Nothing of the template is executed. The time taken is bounded, whatever the template.
 * @throws Refusal `template_syntax` | `template_too_deep` | `template_too_large` | `template_forbidden_expression` |
 * `unsafe_url` | `header_injection`
 */
export interface TemplateInspector {
  inspect(content: Omit<TemplateContent, 'variables'>): Promise<Inspected>;
}
export const TemplateInspector = Symbol('TemplateInspector');
