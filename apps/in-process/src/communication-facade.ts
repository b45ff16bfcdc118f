import type { NotificationView, TraceView } from '#adapters/rest/notifications/notification.view.js';
import type { Lane } from '#domain/delivery/model/dispatch.js';
import type { Accepted } from './door.js';
import type { PosthornInProcess } from './posthorn-in-process.js';

/** Whom to tell: a user with a profile, or addresses by their kind; both for a user at another address than theirs. */
export interface Recipient {
  /** The id that the application has for them. */
  readonly userId?: string;
  readonly email?: string;
  /** In international form: `+43 660 1234567`. */
  readonly phone?: string;
  readonly whatsapp?: string;
}

export interface NotifyOptions {
  /** 1 to 255 visible ASCII characters. The same request under the same key makes one notification, however often. */
  readonly idempotencyKey?: string;
  /** BCP 47, in place of the recipient's. */
  readonly locale?: string;
  /** The lane, in place of the type's. */
  readonly priority?: Lane;
  /** Not before. */
  readonly sendAt?: Date;
  /** Never at or after. */
  readonly expiresAt?: Date;
  /** Those of one key go out in the order in which they were accepted. */
  readonly orderingKey?: string;
  /** These of the type's channels and no others, in this order. */
  readonly channels?: readonly string[];
  /** Decided upon and explained, never sent. */
  readonly test?: boolean;
}

/** Who a user is. What is left out is not known of them, whatever was known before. */
export interface User {
  readonly email?: string;
  readonly phone?: string;
  readonly whatsapp?: string;
  /** BCP 47. */
  readonly locale?: string;
  /** IANA name. */
  readonly timezone?: string;
  /** `22:00` to `07:00`, by the clocks of their time zone. */
  readonly quietHours?: { readonly from: string; readonly to: string };
}

/** Tells people something. Which channel and which provider it goes by is nobody's business but Posthorn's. */
export class CommunicationFacade {
  readonly #posthorn: PosthornInProcess;
  readonly #workspace: string | undefined;

  constructor(posthorn: PosthornInProcess, workspace?: string) {
    this.#posthorn = posthorn;
    this.#workspace = workspace;
  }

  /**
   * Durable when it resolves, and sent by whatever process opens the data folder next should this one die. When it rejects
   * with anything but a `Refusal`, it may have been accepted: ask again under the same `idempotencyKey`.
   * @param type the name of a notification type: `mfa_code`
   * @param data what its templates print: plain data, at most 65,536 characters of JSON
   * @throws Refusal `validation_failed` | `missing_variable` | `invalid_address`, naming everything at fault in `faults`;
   * `idempotency_key_reused`; `not_found` for a workspace; `shutting_down`; `storage_full` | `storage_unavailable`
   */
  notify(
    type: string,
    recipient: Recipient,
    data: Readonly<Record<string, unknown>> = {},
    options: NotifyOptions = {},
  ): Promise<Accepted> {
    return this.#posthorn.use((door) => door.notify(this.#workspace, type, recipient, data, options));
  }

  /** @throws Refusal `not_found` */
  find(id: string): Promise<NotificationView> {
    return this.#posthorn.use((door) => door.find(this.#workspace, id));
  }

  /** What was decided about it and why, in words. @throws Refusal `not_found` */
  trace(id: string): Promise<TraceView> {
    return this.#posthorn.use((door) => door.trace(this.#workspace, id));
  }

  /** Calls it off, if no provider has it yet. @throws Refusal `not_found` | `invalid_transition` */
  cancel(id: string): Promise<NotificationView> {
    return this.#posthorn.use((door) => door.cancel(this.#workspace, id));
  }

  /** Says who a user is, all of it. @throws Refusal `validation_failed` | `invalid_address` */
  saveUser(userId: string, user: User): Promise<void> {
    return this.#posthorn.use((door) => door.saveUser(this.#workspace, userId, user));
  }

  /** The same for another workspace than the one that the data folder began with. */
  inWorkspace(id: string): CommunicationFacade {
    return new CommunicationFacade(this.#posthorn, id);
  }
}
