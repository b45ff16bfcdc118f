import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import { Channels } from '#ports/delivery/channels.js';
import { PreviewLinks } from '#ports/templating/preview-links.js';
import { plainRendered, Renderer } from '#ports/templating/renderer.js';
import { Templates } from '#ports/templating/templates.js';

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
  readonly #renderer: Renderer;
  readonly #links: PreviewLinks;
  readonly #channels: Channels;

  constructor(
    @Inject(Templates) templates: Templates,
    @Inject(Renderer) renderer: Renderer,
    @Inject(PreviewLinks) links: PreviewLinks,
    @Inject(Channels) channels: Channels,
  ) {
    this.#templates = templates;
    this.#renderer = renderer;
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
    const prepared = await this.#renderer.prepare(workspaceId, templateId, template.currentVersion);
    const channel = this.#channels.find(template.channel);
    const { preferencesUrl, ...platform } = this.#links;
    const email = (channel?.addressKind ?? 'email') === 'email' ? { email: SOMEBODY } : {};
    const shared = { preferencesUrl, ...email };
    const rendered = plainRendered(prepared.render({ recipient, shared, platform }));
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
