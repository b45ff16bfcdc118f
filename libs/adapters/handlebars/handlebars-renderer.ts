import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound } from '#domain/kernel/refusal.js';
import type { TemplateVersion } from '#domain/templating/model/template.js';
import type { PreparedTemplate, Renderer } from '#ports/templating/renderer.js';
import type { Templates } from '#ports/templating/templates.js';
import { CompiledTemplate, readContent } from './compiled-template.js';
import { loadHtmlToText } from './derive-text.js';
import { loadParser } from './parse-source.js';

/** Characters of source whose prepared templates are kept: some 2,000 ordinary mails. */
const KEPT_SOURCE = 32 * 1024 * 1024;

interface Kept {
  readonly prepared: Promise<PreparedTemplate>;
  /** Characters of source; 0 until they are known. */
  weight: number;
}

/**
 * Handlebars templates, in Handlebars' own grammar read by Handlebars' own parser. What that makes of a template is data,
 * and is printed by functions of ours instead of being compiled to JavaScript: so nothing that a template says can
 * become code, values are found in the message's data or nowhere, and every step can be counted.
 *
 * Of Handlebars there are values, `if`, `unless`, `each`, `with`, block parameters, `@index` and its like, comments
 * and whitespace control; as helpers `default`, `date` and `number`. There are no partials, decorators, raw blocks or
 * other helpers, and in html no value without escaping. `../` leads out of one each or with, always (in Handlebars, of
 * one that looks at something else than its surroundings do).
 */
export class HandlebarsRenderer implements Renderer {
  readonly #templates: Templates;
  readonly #limit: number;
  /** In order of use, the latest last. */
  readonly #kept = new Map<string, Kept>();
  #weight = 0;

  constructor(templates: Templates, limit: number = KEPT_SOURCE) {
    this.#templates = templates;
    this.#limit = limit;
  }

  prepare(
    workspaceId: string,
    templateId: string,
    version: number,
    subject?: string,
  ): Promise<PreparedTemplate> {
    const key = JSON.stringify([workspaceId, templateId, version, subject]);
    const known = this.#kept.get(key);
    if (known) {
      this.#kept.delete(key);
      this.#kept.set(key, known);
      return known.prepared;
    }
    const kept: Kept = { prepared: this.#load(key, workspaceId, templateId, version, subject), weight: 0 };
    this.#kept.set(key, kept);
    return kept.prepared;
  }

  async #load(
    key: string,
    workspaceId: string,
    templateId: string,
    version: number,
    subject: string | undefined,
  ): Promise<PreparedTemplate> {
    try {
      const found = await this.#templates.findVersion(workspaceId as WorkspaceId, templateId, version);
      if (!found) throw notFound('template');
      const prepared = await compile(found, subject);
      this.#weigh(key, found);
      return prepared;
    } catch (error) {
      // It may be there the next time: a version is inserted once, and looked for by whoever hears of it first.
      this.#kept.delete(key);
      throw error;
    }
  }

  #weigh(key: string, { content }: TemplateVersion): void {
    const kept = this.#kept.get(key);
    if (!kept) return;
    kept.weight = 1_024 + (content.html?.length ?? 0) + (content.text?.length ?? 0);
    this.#weight += kept.weight;
    for (const [oldest, { weight }] of this.#kept) {
      if (this.#weight <= this.#limit || oldest === key) return;
      this.#kept.delete(oldest);
      this.#weight -= weight;
    }
  }
}

export async function compile(
  { content, locale }: Pick<TemplateVersion, 'content' | 'locale'>,
  subjectOverride?: string,
): Promise<PreparedTemplate> {
  const subject = subjectOverride ?? content.subject;
  const read = readContent(await loadParser(), { ...content, ...(subject !== undefined && { subject }) });
  const needsText = content.text === undefined && content.html !== undefined;
  const required = content.variables.filter((variable) => variable.required).map(({ name }) => name);
  return new CompiledTemplate(read, required, locale, needsText ? await loadHtmlToText() : undefined);
}
