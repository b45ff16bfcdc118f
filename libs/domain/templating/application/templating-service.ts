import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { TemplateInspector } from '#ports/templating/template-inspector.js';
import { Templates } from '#ports/templating/templates.js';
import { readDraft } from '../model/template-draft.js';
import type { CurrentTemplate, TemplatingFacade } from '../templating.facade.js';

/** Versions kept at hand. */
const MOST_REMEMBERED = 1000;

@Injectable()
export class TemplatingService implements TemplatingFacade {
  readonly #templates: Templates;
  readonly #inspector: TemplateInspector;
  /** What versions say never changes, and every notification asks for it. In the order of forgetting. */
  readonly #remembered = new Map<string, CurrentTemplate>();

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
    const name = `${workspaceId} ${templateId} ${currentVersion}`;
    const known = this.#remembered.get(name);
    if (known) return known;
    const version = await this.#templates.findVersion(workspaceId, templateId, currentVersion);
    if (!version) return undefined;
    const { subject, text, variables } = version.content;
    const current = {
      version: currentVersion,
      channel,
      hasSubject: subject !== undefined && subject !== '',
      ...(text !== undefined && { text }),
      variables,
    };
    this.#remember(name, current);
    return current;
  }

  #remember(name: string, current: CurrentTemplate): void {
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined && this.#remembered.size >= MOST_REMEMBERED) this.#remembered.delete(oldest);
    this.#remembered.set(name, current);
  }

  async checkSubject(subject: unknown): Promise<void> {
    // A template needs a body; the text is there so that the subject alone is judged by the same rules as any.
    const draft = readDraft({ subject, text: '' });
    await this.#inspector.inspect(draft);
  }
}
