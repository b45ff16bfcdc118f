import type { TemplateVariableView } from '#adapters/rest/templates/template.view.js';
import { put, type TemplateData, valueAt } from './read-data.js';

/** Each recipient's own, or the platform's: nobody is to be called by the name of an example. */
const NOT_SHARED = new Set([
  'email',
  'name',
  'locale',
  'timezone',
  'attributes',
  'unsubscribeUrl',
  'assetsUrl',
]);

/** Data for a first look at a template: its own examples wherever nothing better is given. */
export function withExamples(
  data: TemplateData,
  variables: readonly Pick<TemplateVariableView, 'name' | 'example'>[],
): TemplateData {
  const filled = structuredClone(data) as Record<string, unknown>;
  for (const { name, example } of variables) {
    const path = name.split('.');
    if (example === null || NOT_SHARED.has(path[0] ?? '')) continue;
    if (valueAt(filled, name) === undefined) put(filled, path, example);
  }
  return filled;
}
