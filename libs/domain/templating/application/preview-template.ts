import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import { Channels } from '#ports/delivery/channels.js';
import { PreviewLinks } from '#ports/templating/preview-links.js';
import { Templates } from '#ports/templating/templates.js';
import { TrialRenderer } from '#ports/templating/trial-renderer.js';

/** Who a preview is addressed to, where the data names nobody. */
const SOMEBODY = 'somebody@example.com';

/** A template as it would come out. */
export interface Preview {
  /** Undefined where the channel has none, or needs none and the template has none. */
  readonly subject: string | undefined;
  readonly html: string | undefined;
  readonly text: string | undefined;
}

/** Renders the current version with data given for the occasion, exactly as it would be rendered for a message. */
@Injectable()
export class PreviewTemplate {
  readonly #templates: Templates;
  readonly #trials: TrialRenderer;
  readonly #links: PreviewLinks;
  readonly #channels: Channels;

  constructor(
    @Inject(Templates) templates: Templates,
    @Inject(TrialRenderer) trials: TrialRenderer,
    @Inject(PreviewLinks) links: PreviewLinks,
    @Inject(Channels) channels: Channels,
  ) {
    this.#templates = templates;
    this.#trials = trials;
    this.#links = links;
    this.#channels = channels;
  }

  /**
   * @param data one object: the recipient's variables and those of the occasion together
   * @throws Refusal `not_found` | `validation_failed` | `missing_variable` | `render_too_large` | `unsafe_url` |
   * `header_injection`
   */
  async run(workspaceId: WorkspaceId, templateId: string, data: unknown): Promise<Preview> {
    const recipient = templateData(data);
    const template = await this.#templates.find(workspaceId, templateId);
    if (!template) throw notFound('template');
    const channel = this.#channels.find(template.channel);
    const { preferencesUrl, ...platform } = this.#links;
    const email = (channel?.addressKind ?? 'email') === 'email' ? { email: SOMEBODY } : {};
    const context = { recipient, shared: { preferencesUrl, ...email }, platform };
    const rendered = await this.#trials.render(workspaceId, templateId, template.currentVersion, context);
    const needsSubject = (channel?.template.subject ?? 'required') === 'required';
    return { ...rendered, subject: needsSubject ? rendered.subject : rendered.subject || undefined };
  }
}

/** @throws Refusal `validation_failed` */
export function templateData(data: unknown): Readonly<Record<string, unknown>> {
  if (typeof data === 'object' && data !== null && !Array.isArray(data))
    return data as Record<string, unknown>;
  const detail = 'data is an object: the value of each variable under its name.';
  throw new Refusal('validation_failed', detail, {
    faults: [{ pointer: '/data', code: 'validation_failed', detail }],
  });
}
