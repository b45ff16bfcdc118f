import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound } from '#domain/kernel/refusal.js';
import { Templates } from '#ports/templating/templates.js';
import type { TemplateWithContent } from '../model/template.js';

/** A template with what its current version says. */
@Injectable()
export class FindTemplate {
  readonly #templates: Templates;

  constructor(@Inject(Templates) templates: Templates) {
    this.#templates = templates;
  }

  /** @throws Refusal `not_found` */
  async run(workspaceId: WorkspaceId, id: string): Promise<TemplateWithContent> {
    const template = await this.#templates.find(workspaceId, id);
    const version = template && (await this.#templates.findVersion(workspaceId, id, template.currentVersion));
    if (!template || !version) throw notFound('template');
    return { ...template, content: version.content };
  }
}
