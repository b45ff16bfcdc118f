import type { TemplateVersion } from '#domain/templating/model/template.js';
import { type PlainRendered, plainRendered, type RenderContext } from '#ports/templating/renderer.js';
import { compile } from './handlebars-renderer.js';

export interface Trial extends Pick<TemplateVersion, 'content' | 'locale'> {
  readonly context: RenderContext;
}

/**
 * Makes a template ready, renders it once and throws it away.
 * @throws Refusal what TrialRenderer says
 */
export async function renderTrial({ context, ...version }: Trial): Promise<PlainRendered> {
  return plainRendered((await compile(version)).render(context));
}
