import type { TemplateVariableView } from '#adapters/rest/templates/template.view.js';
import { OF_EACH_MAIL } from '#domain/campaign/model/variables.js';
import { put, type TemplateData, valueAt } from './read-data.js';

/**
 * Data for a first look at a template: its own examples wherever nothing better is given,
 * but for what is each recipient's own: nobody is to be called by the name of an example.
 */
export function withExamples(
  data: TemplateData,
  variables: readonly Pick<TemplateVariableView, 'name' | 'example'>[],
): TemplateData {
  const filled = structuredClone(data) as Record<string, unknown>;
  for (const { name, example } of variables) {
    const path = name.split('.');
    if (example === null || OF_EACH_MAIL.has(path[0] ?? '')) continue;
    if (valueAt(filled, name) === undefined) put(filled, path, example);
  }
  return filled;
}
