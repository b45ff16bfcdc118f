import { Inject, Injectable } from '@nestjs/common';
import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { type FieldFault, Refusal } from '#domain/kernel/refusal.js';
import { parseUserId } from '#domain/kernel/user-id.js';
import type { Lane } from '#domain/delivery/model/dispatch.js';
import {
  accepted,
  type Notification,
  type NotificationId,
  type NotificationOrder,
} from '#domain/communication/model/notification.js';
import { missingData, type NotificationType } from '#domain/communication/model/notification-type.js';
import { limitsAt, type QuotaUse, usedUp } from '#domain/communication/model/quota.js';
import { Channels } from '#ports/delivery/channels.js';
import { Notifications } from '#ports/communication/notifications.js';
import { NotificationTypes } from '#ports/communication/notification-types.js';
import { Clock } from '#ports/system/clock.js';
import { CommunicationSettings } from './communication-settings.js';
import { HandOver } from './hand-over.js';

/** What an application hands in; the shapes of its fields have been checked at the door. */
export interface NotificationRequest {
  readonly type: string;
  /** `userId`, and addresses by their kind. */
  readonly to: Readonly<Record<string, string>>;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly locale?: string;
  /** The lane, in place of the type's. */
  readonly priority?: Lane;
  readonly sendAt?: Instant;
  readonly expiresAt?: Instant;
  readonly orderingKey?: string;
  readonly channels?: readonly string[];
  readonly test?: boolean;
}

/** Told what there is of the workspace's quotas after it, accepted or not; not called where it has none. */
export type TellQuota = (uses: readonly QuotaUse[], now: Instant) => void;

/** Nobody plans further ahead. */
const LATEST_MS = 366 * 86_400_000;

/** Between two breaths. */
const AT_A_STRETCH = 100;

/** Takes notifications in: what cannot be sent is refused here, everything else is durable when this answers. */
@Injectable()
export class AcceptNotifications {
  readonly #types: NotificationTypes;
  readonly #notifications: Notifications;
  readonly #channels: Channels;
  readonly #settings: CommunicationSettings;
  readonly #clock: Clock;
  readonly #handOver: HandOver;

  constructor(
    @Inject(NotificationTypes) types: NotificationTypes,
    @Inject(Notifications) notifications: Notifications,
    @Inject(Channels) channels: Channels,
    @Inject(CommunicationSettings) settings: CommunicationSettings,
    @Inject(Clock) clock: Clock,
    handOver: HandOver,
  ) {
    this.#types = types;
    this.#notifications = notifications;
    this.#channels = channels;
    this.#settings = settings;
    this.#clock = clock;
    this.#handOver = handOver;
  }

  /**
   * One notification. `id` comes from the request, so that a request repeated after a crash makes one and not two.
   * @throws Refusal `validation_failed` | `missing_variable` | `invalid_address` | `invalid_schedule`, naming everything at
   * fault; `quota_exceeded` with the time until the quota's period is over
   */
  async one(
    workspaceId: WorkspaceId,
    id: NotificationId,
    request: NotificationRequest,
    tell: TellQuota = () => {},
  ): Promise<Notification> {
    const notification = await this.#readOrRecall(workspaceId, id, request, new Map());
    const refused = (await this.#keep(workspaceId, [notification], tell)).get(id);
    if (refused) throw refused;
    return notification;
  }

  /**
   * Many at once: each is accepted or refused for itself, and what is accepted is durable together.
   * @param how.repeated false where nobody can have asked for these ids before: then none is looked for
   * @param how.breathe lets whoever else waits for this thread have a turn: a thousand take it fifty milliseconds
   */
  async many(
    workspaceId: WorkspaceId,
    requests: readonly { readonly id: NotificationId; readonly request: NotificationRequest }[],
    how: { readonly repeated: boolean; readonly tell: TellQuota; readonly breathe: () => Promise<void> },
  ): Promise<readonly (Notification | Refusal)[]> {
    const known = new Map<string, NotificationType | undefined>();
    const results: (Notification | Refusal)[] = [];
    for (const [at, { id, request }] of requests.entries()) {
      if (at % AT_A_STRETCH === AT_A_STRETCH - 1) await how.breathe();
      results.push(
        await this.#readOrRecall(workspaceId, id, request, known, how.repeated).catch((error: unknown) => {
          if (error instanceof Refusal) return error;
          throw error;
        }),
      );
    }
    const notifications = results.filter((one): one is Notification => !(one instanceof Refusal));
    if (notifications.length === 0) return results;
    const refused = await this.#keep(workspaceId, notifications, how.tell);
    return results.map((one) => (one instanceof Refusal ? one : (refused.get(one.order.id) ?? one)));
  }

  /** Counted and kept in one step: whatever dies in between, nobody gets more than their quota nor pays twice. */
  async #keep(
    workspaceId: WorkspaceId,
    notifications: readonly Notification[],
    tell: TellQuota,
  ): Promise<ReadonlyMap<NotificationId, Refusal>> {
    const now = this.#clock.now();
    const { quotas } = this.#settings;
    const limits = quotas ? limitsAt(quotas, workspaceId, now) : [];
    const pressing = notifications.filter((one) => mayBeHandedOn(one, now)).map(copyOf);
    const { refused, used, allNew } = await this.#notifications.accept(notifications, limits);
    // Else somebody may be at them already: they are found as due.
    if (allNew) for (const one of pressing) this.#handOver.offer(one);
    const uses = limits.map((limit, i) => ({ ...limit, used: used[i] ?? 0 }));
    if (uses.length > 0) tell(uses, now);
    return new Map(refused.map((id) => [id, quotaRefusal(uses, now)]));
  }

  /**
   * What was accepted once is not refused when the request is repeated: if the process dies after the commit and before
   * its answer, the repetition may come when the notification has expired, or its type is gone. It has been sent all the
   * same, and whoever asks is to know its id.
   */
  async #readOrRecall(
    workspaceId: WorkspaceId,
    id: NotificationId,
    request: NotificationRequest,
    known: Map<string, NotificationType | undefined>,
    repeated = true,
  ): Promise<Notification> {
    try {
      return await this.#read(workspaceId, id, request, known);
    } catch (error) {
      const mayBeThere = error instanceof Refusal && repeated;
      const before = mayBeThere ? await this.#notifications.find(workspaceId, id) : undefined;
      if (!before) throw error;
      return accepted(before.order);
    }
  }

  async #read(
    workspaceId: WorkspaceId,
    id: NotificationId,
    request: NotificationRequest,
    known: Map<string, NotificationType | undefined>,
  ): Promise<Notification> {
    const now = this.#clock.now();
    if (!known.has(request.type)) known.set(request.type, await this.#types.find(workspaceId, request.type));
    const type = known.get(request.type);
    if (!type) throw refusal([fault('/type', 'validation_failed', 'There is no such notification type.')]);
    const { userId, ...given } = request.to;
    const faults: FieldFault[] = [];
    const addresses = this.#addresses(given, faults);
    checkTarget(userId, addresses, faults);
    checkTimes(request, now, faults);
    (request.channels ?? []).forEach((name, i) => {
      if (!type.channels.includes(name))
        faults.push(
          fault(`/channels/${i}`, 'validation_failed', `${type.type} does not go by this channel.`),
        );
    });
    if (request.channels?.length === 0)
      faults.push(fault('/channels', 'validation_failed', 'Leave channels out, or name one.'));
    faults.push(...missingData(type.requiredData, request.data ?? {}));
    if (faults.length > 0) throw refusal(faults);
    const { locale, channels, sendAt, expiresAt, orderingKey } = request;
    return accepted({
      id,
      workspaceId,
      type: type.type,
      lane: request.priority ?? type.lane,
      to: { ...(userId !== undefined && { userId }), addresses },
      data: request.data ?? {},
      ...(locale !== undefined && { locale }),
      ...(channels !== undefined && { channels }),
      ...(sendAt !== undefined && { sendAt }),
      ...(expiresAt !== undefined && { expiresAt }),
      ...(orderingKey !== undefined && { orderingKey }),
      test: request.test ?? false,
      acceptedAt: now,
    });
  }

  #addresses(given: Readonly<Record<string, string>>, faults: FieldFault[]): Record<string, string> {
    const addresses: Record<string, string> = {};
    for (const [kind, text] of Object.entries(given)) {
      const channel = this.#channels.all().find(({ addressKind }) => addressKind === kind);
      const address = channel?.normalise(text);
      if (!channel) faults.push(fault(`/to/${kind}`, 'validation_failed', 'No channel has such addresses.'));
      else if (address === undefined)
        faults.push(fault(`/to/${kind}`, 'invalid_address', `Not an address for ${channel.name}.`));
      else addresses[kind] = address;
    }
    return addresses;
  }
}

/** A code is not to wait until it is found. One with an ordering key may have to wait for others, which the queue knows. */
function mayBeHandedOn({ order: { lane, orderingKey }, dueAt }: Notification, now: Instant): boolean {
  return lane === 'critical' && dueAt !== undefined && dueAt <= now && orderingKey === undefined;
}

/** As it is stored: an application may use its data for something else as soon as it has its answer. */
function copyOf(notification: Notification): Notification {
  return { ...notification, order: JSON.parse(JSON.stringify(notification.order)) as NotificationOrder };
}

function checkTarget(
  userId: string | undefined,
  addresses: Readonly<Record<string, string>>,
  faults: FieldFault[],
): void {
  if (userId !== undefined && parseUserId(userId) === undefined)
    faults.push(fault('/to/userId', 'validation_failed', 'A user id has 1 to 128 of A-Z a-z 0-9 . _ : @ -'));
  if (userId === undefined && Object.keys(addresses).length === 0 && faults.length === 0)
    faults.push(fault('/to', 'validation_failed', 'A notification goes to a user or to an address.'));
}

function checkTimes({ sendAt, expiresAt }: NotificationRequest, now: Instant, faults: FieldFault[]): void {
  if (sendAt !== undefined && sendAt > now + LATEST_MS)
    faults.push(fault('/sendAt', 'invalid_schedule', 'A notification is sent within a year.'));
  if (expiresAt !== undefined && expiresAt <= Math.max(now, sendAt ?? 0))
    faults.push(fault('/expiresAt', 'invalid_schedule', 'It would expire before it is sent.'));
}

function quotaRefusal(uses: readonly QuotaUse[], now: Instant): Refusal {
  const last = usedUp(uses);
  const detail = last
    ? `This workspace may have ${last.most} notifications a ${last.period}; the ${last.period} ends at ${new Date(last.endsAt).toISOString()}.`
    : 'The quota of this workspace does not hold so many.';
  return new Refusal('quota_exceeded', detail, { ...(last && { retryAfterMs: last.endsAt - now }) });
}

function fault(pointer: string, code: string, detail: string): FieldFault {
  return { pointer, code, detail };
}

/** Faults under whose own code a request is refused. */
const TELLING = ['invalid_address', 'invalid_schedule'] as const;

/** Under the code of the first fault; a missing variable is told as such, whatever else is wrong. */
function refusal(faults: readonly FieldFault[]): Refusal {
  const missing = faults.find(({ code }) => code === 'missing_variable');
  const [first = fault('', 'validation_failed', '')] = faults;
  const telling = TELLING.find((code) => code === first.code) ?? 'validation_failed';
  const code = missing ? 'missing_variable' : telling;
  return new Refusal(code, (missing ?? first).detail, { faults });
}
