import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import { TemplatingFacade } from '#domain/templating/templating.facade.js';
import type { NotificationType, TypeDraft } from '#domain/communication/model/notification-type.js';
import { NotificationTypes } from '#ports/communication/notification-types.js';
import { Channels } from '#ports/delivery/channels.js';
import { Clock } from '#ports/system/clock.js';
import { checkType, type TypeFacts } from './check-notification-type.js';

/** Others saving the same type at once that may pass us before we give up. */
const TRIES = 10;

/** Says what there is to be told: by which lane, on which channels in which order, by which templates. */
@Injectable()
export class DefineNotificationType {
  readonly #types: NotificationTypes;
  readonly #channels: Channels;
  readonly #templates: TemplatingFacade;
  readonly #clock: Clock;

  constructor(
    @Inject(NotificationTypes) types: NotificationTypes,
    @Inject(Channels) channels: Channels,
    @Inject(TemplatingFacade) templates: TemplatingFacade,
    @Inject(Clock) clock: Clock,
  ) {
    this.#types = types;
    this.#channels = channels;
    this.#templates = templates;
    this.#clock = clock;
  }

  /**
   * A type of a name that is free.
   * @param repeated an earlier attempt of this request never said how it ended: the type it was to make, found as it would
   * have made it, is then the answer
   * @throws Refusal `already_exists` | `validation_failed` | `invalid_address` | `header_injection`
   */
  async create(workspaceId: WorkspaceId, draft: TypeDraft, repeated = false): Promise<NotificationType> {
    const facts = await this.#check(workspaceId, draft);
    const now = this.#clock.now();
    const type: NotificationType = { ...facts, workspaceId, revision: 0, createdAt: now, updatedAt: now };
    if ((await this.#types.insert(type)) === 'inserted') return type;
    const found = repeated ? await this.#types.find(workspaceId, type.type) : undefined;
    if (found && saysTheSame(found, type)) return found;
    const detail = 'There is a notification type of this name already.';
    throw new Refusal('already_exists', detail, {
      faults: [{ pointer: '/type', code: 'already_exists', detail }],
    });
  }

  /**
   * A type said anew, all of it; what is on its way keeps the route it has. From now on somebody has written it here: it
   * loses its origin.
   * @throws Refusal `not_found` | `already_exists` if others keep saving it | `validation_failed` | `invalid_address` |
   * `header_injection`
   */
  async replace(workspaceId: WorkspaceId, draft: TypeDraft): Promise<NotificationType> {
    let before = await this.#known(workspaceId, draft.type);
    const facts = await this.#check(workspaceId, draft);
    for (let tries = 0; tries < TRIES; tries++) {
      const { createdAt, revision } = before;
      const updatedAt = this.#clock.now();
      const after = { ...facts, workspaceId, revision: revision + 1, createdAt, updatedAt };
      if ((await this.#types.save(before, after)) === 'saved') return after;
      before = await this.#known(workspaceId, draft.type);
    }
    throw new Refusal('already_exists', 'Others keep saving this notification type. Try again.');
  }

  async #known(workspaceId: WorkspaceId, name: string): Promise<NotificationType> {
    const type = await this.#types.find(workspaceId, name);
    if (!type) throw notFound('notification type');
    return type;
  }

  #check(workspaceId: WorkspaceId, draft: TypeDraft): Promise<TypeFacts> {
    return checkType(workspaceId, draft, this.#channels, this.#templates);
  }
}

function saysTheSame(a: NotificationType, b: NotificationType): boolean {
  return JSON.stringify(sayingOf(a)) === JSON.stringify(sayingOf(b));
}

function sayingOf(type: NotificationType): unknown[] {
  const { description, category, lane, mandatory, channels, fallback, templates, requiredData, from } = type;
  const timeoutMs = fallback.mode === 'all' ? undefined : fallback.timeoutMs;
  const rule = [fallback.mode, timeoutMs];
  return [description, category, lane, mandatory, channels, rule, sorted(templates), requiredData, from];
}

/** A store may answer a map in an order of its own. */
function sorted(templates: NotificationType['templates']): unknown[] {
  return Object.keys(templates)
    .sort()
    .map((channel) => [
      channel,
      Object.entries(templates[channel] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
    ]);
}
