import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { Channels } from '#ports/delivery/channels.js';
import { Clock } from '#ports/system/clock.js';
import { TemplateInspector } from '#ports/templating/template-inspector.js';
import { Templates } from '#ports/templating/templates.js';
import type { Template, TemplateId, TemplateVersion, TemplateWithContent } from '../model/template.js';
import {
  completeContent,
  readDraft,
  type TemplateDraft,
  templateLocale,
  templateName,
} from '../model/template-draft.js';
import { channelOf } from './channel-of.js';

export interface NewTemplate extends TemplateDraft {
  readonly name: unknown;
  /** `email` where it is left out. */
  readonly channel?: unknown;
  /** `en` where it is left out. */
  readonly locale?: unknown;
  readonly origin?: string;
}

/** `id` comes from the request, so that a request repeated after a crash makes one template and not two. */
export class CreateTemplate extends Command<TemplateWithContent> {
  readonly workspaceId: WorkspaceId;
  readonly id: string;
  readonly template: NewTemplate;

  constructor(workspaceId: WorkspaceId, id: string, template: NewTemplate) {
    super();
    this.workspaceId = workspaceId;
    this.id = id;
    this.template = template;
  }
}

@CommandHandler(CreateTemplate)
export class CreateTemplateHandler implements ICommandHandler<CreateTemplate> {
  readonly #templates: Templates;
  readonly #inspector: TemplateInspector;
  readonly #channels: Channels;
  readonly #clock: Clock;

  constructor(
    @Inject(Templates) templates: Templates,
    @Inject(TemplateInspector) inspector: TemplateInspector,
    @Inject(Channels) channels: Channels,
    @Inject(Clock) clock: Clock,
  ) {
    this.#templates = templates;
    this.#inspector = inspector;
    this.#channels = channels;
    this.#clock = clock;
  }

  async execute({ workspaceId, id, template: given }: CreateTemplate): Promise<TemplateWithContent> {
    const channel = channelOf(this.#channels, given.channel ?? 'email');
    const draft = readDraft(given, channel);
    const { variables } = await this.#inspector.inspect(draft);
    const now = this.#clock.now();
    const template: Template = {
      id: id as TemplateId,
      workspaceId,
      name: templateName(given.name),
      channel: channel.name,
      locale: templateLocale(given.locale ?? 'en'),
      currentVersion: 1,
      ...(given.origin !== undefined && { origin: given.origin }),
      createdAt: now,
      updatedAt: now,
    };
    const first: TemplateVersion = {
      workspaceId,
      templateId: template.id,
      version: 1,
      content: completeContent(draft, variables, channel),
      locale: template.locale,
      createdAt: now,
    };
    if ((await this.#templates.insert(template, first)) === 'inserted')
      return { ...template, content: first.content };
    return this.#existing(template);
  }

  /** An earlier attempt of this request has made it, and its answer was lost. */
  async #existing({ workspaceId, id, origin }: Template): Promise<TemplateWithContent> {
    const byId = await this.#templates.find(workspaceId, id);
    const found =
      byId ?? (origin === undefined ? undefined : await this.#templates.findByOrigin(workspaceId, origin));
    const version = found && (await this.#templates.findVersion(workspaceId, found.id, found.currentVersion));
    if (!found || !version) throw new Refusal('already_exists', 'There is a template with this id already.');
    return { ...found, content: version.content };
  }
}
