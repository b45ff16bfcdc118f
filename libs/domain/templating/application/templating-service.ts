import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { TemplateInspector } from '#ports/templating/template-inspector.js';
import { Templates } from '#ports/templating/templates.js';
import { readDraft } from '../model/template-draft.js';
import type { CurrentTemplate, TemplatingFacade } from '../templating.facade.js';

@Injectable()
export class TemplatingService implements TemplatingFacade {
  readonly #templates: Templates;
  readonly #inspector: TemplateInspector;

  constructor(
    @Inject(Templates) templates: Templates,
    @Inject(TemplateInspector) inspector: TemplateInspector,
  ) {
    this.#templates = templates;
    this.#inspector = inspector;
  }

  async current(workspaceId: WorkspaceId, templateId: string): Promise<CurrentTemplate | undefined> {
    const template = await this.#templates.find(workspaceId, templateId);
    if (!template) return undefined;
    const { channel, currentVersion } = template;
    const version = await this.#templates.findVersion(workspaceId, templateId, currentVersion);
    if (!version) return undefined;
    const { subject, text, variables } = version.content;
    return {
      version: currentVersion,
      channel,
      hasSubject: subject !== undefined && subject !== '',
      ...(text !== undefined && { text }),
      variables,
    };
  }

  async checkSubject(subject: unknown): Promise<void> {
    // A template needs a body; the text is there so that the subject alone is judged by the same rules as any.
    const draft = readDraft({ subject, text: '' });
    await this.#inspector.inspect(draft);
  }
}
