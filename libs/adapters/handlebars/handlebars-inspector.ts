import type { TemplateContent } from '#domain/templating/model/template.js';
import type { Inspected, TemplateInspector } from '#ports/templating/template-inspector.js';
import { readContent } from './compiled-template.js';
import { loadParser } from './parse-source.js';

/** Reads a template as the renderer would, and throws what it read away. */
export class HandlebarsInspector implements TemplateInspector {
  async inspect(content: Omit<TemplateContent, 'variables'>): Promise<Inspected> {
    const { variables } = readContent(await loadParser(), content);
    return { variables };
  }
}
