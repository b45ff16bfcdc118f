import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { formatMailbox, mailbox } from '#domain/kernel/email-address.js';
import { type FieldFault, Refusal } from '#domain/kernel/refusal.js';
import { TemplatingFacade } from '#domain/templating/templating.facade.js';
import {
  type NotificationType,
  readType,
  type TypeDraft,
} from '#domain/communication/model/notification-type.js';
import { NotificationTypes } from '#ports/communication/notification-types.js';
import { Channels } from '#ports/delivery/channels.js';
import { Clock } from '#ports/system/clock.js';

@Injectable()
export class CreateNotificationType {
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
   * @param repeated an earlier attempt of this request never said how it ended: the type it was to make, found as it would
   * have made it, is then the answer
   * @throws Refusal `already_exists` | `validation_failed` | `invalid_address` | `header_injection`
   */
  async run(workspaceId: WorkspaceId, draft: TypeDraft, repeated = false): Promise<NotificationType> {
    const facts = await checkType(workspaceId, draft, this.#channels, this.#templates);
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
}

/** What a draft says, once nothing is left to object to. */
export type TypeFacts = ReturnType<typeof readType>;

/**
 * A draft whose channels there are, and whose templates the workspace has, each of the channel it stands for. Templates
 * never go away and never change their channel, so what holds here holds whenever a notification is sent.
 * @throws Refusal `validation_failed` | `invalid_address` | `header_injection`
 */
export async function checkType(
  workspaceId: WorkspaceId,
  draft: TypeDraft,
  channels: Channels,
  templates: TemplatingFacade,
): Promise<TypeFacts> {
  const facts = readType(draft, new Set(channels.all().map(({ name }) => name)));
  const from = draft.from === undefined ? {} : { from: formatMailbox(mailbox(draft.from, '/from')) };
  const faults = await faultsOfTemplates(workspaceId, draft, templates);
  const [first] = faults;
  if (first) throw new Refusal('validation_failed', first.detail, { faults });
  return { ...facts, ...from };
}

async function faultsOfTemplates(
  workspaceId: WorkspaceId,
  draft: TypeDraft,
  templates: TemplatingFacade,
): Promise<FieldFault[]> {
  const wanted = Object.entries(draft.templates).flatMap(([channel, given]) =>
    typeof given === 'string'
      ? [{ channel, id: given, pointer: `/templates/${channel}` }]
      : Object.entries(given).map(([locale, id]) => ({
          channel,
          id,
          pointer: `/templates/${channel}/${locale}`,
        })),
  );
  const ids = [...new Set(wanted.map(({ id }) => id))];
  const found = await Promise.all(ids.map((id) => templates.current(workspaceId, id)));
  const channelOf = new Map<string, string | undefined>(ids.map((id, i) => [id, found[i]?.channel]));
  return wanted.flatMap(({ channel, id, pointer }) => {
    const its = channelOf.get(id);
    if (its === channel) return [];
    if (its === undefined) return [{ pointer, code: 'not_found', detail: 'No such template.' }];
    return [{ pointer, code: 'wrong_channel', detail: `A template of ${its}, not of ${channel}.` }];
  });
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
