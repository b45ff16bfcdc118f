import type { TemplateContent } from '#domain/templating/model/template.js';
import type { Inspected } from '#ports/templating/template-inspector.js';
import { readContent } from './compiled-template.js';
import { loadParser } from './parse-source.js';

export type Source = Omit<TemplateContent, 'variables'>;

/**
 * Reads a template as the renderer would, and throws what it read away.
 * @throws Refusal what TemplateInspector says
 */
export async function inspectSource(content: Source): Promise<Inspected> {
  const { variables } = readContent(await loadParser(), content);
  return { variables };
}
