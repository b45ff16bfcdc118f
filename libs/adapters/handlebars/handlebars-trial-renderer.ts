import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound } from '#domain/kernel/refusal.js';
import type { PlainRendered, RenderContext } from '#ports/templating/renderer.js';
import type { Templates } from '#ports/templating/templates.js';
import type { TrialRenderer } from '#ports/templating/trial-renderer.js';
import { Inspection } from './inspection.js';

/**
 * Reads and renders a template on the thread where templates are inspected. Even a small one, which is read in a
 * millisecond: two loops over a long list make a megabyte of it.
 */
export class HandlebarsTrialRenderer implements TrialRenderer {
  readonly #templates: Templates;
  readonly #inspection: Inspection;

  constructor(templates: Templates, inspection: Inspection = new Inspection()) {
    this.#templates = templates;
    this.#inspection = inspection;
  }

  async render(
    workspaceId: string,
    templateId: string,
    version: number,
    context: RenderContext,
  ): Promise<PlainRendered> {
    const found = await this.#templates.findVersion(workspaceId as WorkspaceId, templateId, version);
    if (!found) throw notFound('template');
    const { content, locale } = found;
    // Examples are for people, and may be as long as the template.
    const variables = content.variables.map(({ name, required }) => ({ name, required }));
    return this.#inspection.render({ content: { ...content, variables }, locale, context });
  }
}
