import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import { Channels } from '#ports/delivery/channels.js';
import { Clock } from '#ports/system/clock.js';
import { TemplateInspector } from '#ports/templating/template-inspector.js';
import { Templates } from '#ports/templating/templates.js';
import type { TemplateContent, TemplateVersion, TemplateWithContent } from '../model/template.js';
import {
  completeContent,
  readDraft,
  type TemplateDraft,
  templateLocale,
  templateName,
} from '../model/template-draft.js';
import { channelOf } from './channel-of.js';
import { FindTemplate } from './find-template.js';

export interface TemplateRewrite extends TemplateDraft {
  /** What the template is called from now on; as before where it is left out. */
  readonly name?: unknown;
  readonly locale?: unknown;
  /** If it is named, the channel that the template has: that never changes. */
  readonly channel?: unknown;
  /** The version this one was made from. With it, a version somebody else saved meanwhile is not overridden. */
  readonly expectedVersion?: number;
}

/** Saves the next version of a template. What is current already is not saved again: it stays that version. */
export class SaveTemplateVersion extends Command<TemplateWithContent> {
  readonly workspaceId: WorkspaceId;
  readonly templateId: string;
  readonly rewrite: TemplateRewrite;

  constructor(workspaceId: WorkspaceId, templateId: string, rewrite: TemplateRewrite) {
    super();
    this.workspaceId = workspaceId;
    this.templateId = templateId;
    this.rewrite = rewrite;
  }
}

/** Writers of one template at once that may pass us before we give up. */
const ATTEMPTS = 10;

@CommandHandler(SaveTemplateVersion)
export class SaveTemplateVersionHandler implements ICommandHandler<SaveTemplateVersion> {
  readonly #find: FindTemplate;
  readonly #templates: Templates;
  readonly #inspector: TemplateInspector;
  readonly #channels: Channels;
  readonly #clock: Clock;

  constructor(
    find: FindTemplate,
    @Inject(Templates) templates: Templates,
    @Inject(TemplateInspector) inspector: TemplateInspector,
    @Inject(Channels) channels: Channels,
    @Inject(Clock) clock: Clock,
  ) {
    this.#find = find;
    this.#templates = templates;
    this.#inspector = inspector;
    this.#channels = channels;
    this.#clock = clock;
  }

  async execute(command: SaveTemplateVersion): Promise<TemplateWithContent> {
    const { workspaceId, templateId, rewrite } = command;
    const current = await this.#find.run(workspaceId, templateId);
    refuseOtherChannel(current.channel, rewrite.channel);
    const channel = channelOf(this.#channels, current.channel);
    const draft = readDraft(rewrite, channel);
    const { variables } = await this.#inspector.inspect(draft);
    for (let attempt = 0, before = current; attempt < ATTEMPTS; attempt++) {
      const content = completeContent(draft, variables, channel, before.content.variables);
      const saved = await this.#save(before, rewrite, content);
      if (saved) return saved;
      before = await this.#find.run(workspaceId, templateId);
    }
    throw new Refusal('already_exists', 'Others keep saving versions of this template. Try again.');
  }

  async #save(
    current: TemplateWithContent,
    rewrite: TemplateRewrite,
    content: TemplateContent,
  ): Promise<TemplateWithContent | undefined> {
    const { workspaceId, id: templateId, currentVersion } = current;
    const revision = {
      name: templateName(rewrite.name ?? current.name),
      locale: templateLocale(rewrite.locale ?? current.locale),
    };
    // A request repeated after its answer was lost must not leave a second version of the same words.
    if (saysTheSame(current, { ...revision, content })) return current;
    const { expectedVersion = currentVersion } = rewrite;
    if (expectedVersion !== currentVersion) {
      throw new Refusal(
        'already_exists',
        `Version ${currentVersion} has been saved since version ${expectedVersion}.`,
      );
    }
    const now = this.#clock.now();
    const version = currentVersion + 1;
    const next: TemplateVersion = {
      workspaceId,
      templateId,
      version,
      content,
      locale: revision.locale,
      createdAt: now,
    };
    const answer = await this.#templates.saveVersion(next, revision);
    if (answer === 'missing') throw notFound('template');
    if (answer === 'conflict') return undefined;
    return { ...current, ...revision, currentVersion: version, updatedAt: now, content };
  }
}

/** A template of another channel would have other parts; whoever sends this one counts on those it has. */
function refuseOtherChannel(channel: string, given: unknown): void {
  if (given === undefined || given === null || given === channel) return;
  const detail = `This is a template for ${channel}, and stays one.`;
  throw new Refusal('validation_failed', detail, {
    faults: [{ pointer: '/channel', code: 'validation_failed', detail }],
  });
}

function saysTheSame(a: Saying, b: Saying): boolean {
  return JSON.stringify(sayingOf(a)) === JSON.stringify(sayingOf(b));
}

type Saying = Pick<TemplateWithContent, 'name' | 'locale' | 'content'>;

function sayingOf({ name, locale, content }: Saying): unknown[] {
  const { subject, html, text, variables } = content;
  return [name, locale, subject, html, text, variables.map((one) => [one.name, one.required, one.example])];
}
