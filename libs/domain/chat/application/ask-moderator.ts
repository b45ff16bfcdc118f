import { Inject, Injectable } from '@nestjs/common';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Attachment } from '#domain/chat/model/message.js';
import { type ModerationRule, readVerdict, type Verdict } from '#domain/chat/model/moderation.js';
import { isSuccess } from '#domain/webhooks/model/post-outcome.js';
import { messageOf } from '#domain/webhooks/model/webhook-message.js';
import { Clock } from '#ports/system/clock.js';
import { Ids } from '#ports/system/ids.js';
import { Log } from '#ports/system/log.js';
import { WebhookTransport } from '#ports/webhooks/webhook-transport.js';

/** Bytes of an answer that are read: a text of any letters fits, an endless one does not. */
const LONGEST_ANSWER = 64 * 1024;
/** Asked at once of one workspace: a moderator that answers slowly holds no more than these. */
const MOST_ASKED = 256;
/** So many failures one after the other, and nobody is asked for so long: a moderator that is down holds up nobody. */
const FAILURES = 10;
const PAUSE_MS = 5_000;

/** What is asked about, as it is posted. */
export interface Question {
  readonly change: 'create' | 'edit';
  readonly conversation: { readonly id: string; readonly kind: string; readonly title: string | null };
  readonly sender: { readonly userId: string; readonly bot: boolean };
  readonly message: {
    /** Of one that is edited. */
    readonly id: string | null;
    readonly clientMessageId: string;
    readonly text: string;
    readonly mentions: readonly string[];
    readonly attachments: readonly Attachment[];
    readonly replyTo: string | null;
  };
}

interface Health {
  asked: number;
  failures: number;
  pausedUntil: number;
}

/** Asks a workspace's moderator by a signed webhook. Never throws: that there is no answer is one. */
@Injectable()
export class AskModerator {
  readonly #transport: WebhookTransport;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #log: Log;
  readonly #health = new Map<WorkspaceId, Health>();

  constructor(
    @Inject(WebhookTransport) transport: WebhookTransport,
    @Inject(Clock) clock: Clock,
    @Inject(Ids) ids: Ids,
    @Inject(Log) log: Log,
  ) {
    this.#transport = transport;
    this.#clock = clock;
    this.#ids = ids;
    this.#log = log;
  }

  async run(workspaceId: WorkspaceId, rule: ModerationRule, data: Question): Promise<Verdict> {
    const health = this.#healthOf(workspaceId);
    if (health.asked >= MOST_ASKED || health.pausedUntil > this.#clock.monotonic())
      return { kind: 'failed', reason: 'not asked' };
    health.asked += 1;
    try {
      const verdict = await this.#ask(workspaceId, rule, data);
      this.#judge(workspaceId, health, verdict);
      return verdict;
    } finally {
      health.asked -= 1;
    }
  }

  async #ask(
    workspaceId: WorkspaceId,
    { url, keys, timeoutMs }: ModerationRule,
    data: Question,
  ): Promise<Verdict> {
    const at = this.#clock.now();
    const event = { id: this.#ids.next('evt'), type: 'chat.message.moderate', at, data };
    const { id, body } = messageOf(workspaceId, event);
    const outcome = await this.#transport.post({
      url,
      id,
      at,
      body,
      keys,
      timeoutMs,
      keptBytes: LONGEST_ANSWER,
    });
    if (outcome.kind !== 'answered') return { kind: 'failed', reason: outcome.reason };
    if (!isSuccess(outcome)) return { kind: 'failed', reason: `status ${outcome.status}` };
    return readVerdict(outcome.body, data.message.attachments.length);
  }

  #judge(workspaceId: WorkspaceId, health: Health, verdict: Verdict): void {
    if (verdict.kind !== 'failed') {
      health.failures = 0;
      return;
    }
    health.failures += 1;
    this.#log.warn('chat.moderator_failed', { workspaceId, reason: verdict.reason });
    if (health.failures % FAILURES === 0) health.pausedUntil = this.#clock.monotonic() + PAUSE_MS;
  }

  #healthOf(workspaceId: WorkspaceId): Health {
    const known = this.#health.get(workspaceId) ?? { asked: 0, failures: 0, pausedUntil: 0 };
    this.#health.set(workspaceId, known);
    return known;
  }
}
