import { noticeIn } from '#adapters/sqs/sqs-chat-notices.js';
import type { Notice } from '#domain/chat/model/notice.js';
import type { Clock } from '#ports/system/clock.js';
import type { Log } from '#ports/system/log.js';
import { endsWithin, type Invocation } from './invocation.js';
import type { QueueAnswer, QueueEvent } from './lane.js';

export interface NotifyDeps {
  /** Tells all who do not know it yet. */
  readonly tell: (notice: Notice) => Promise<'told' | 'again'>;
  /** When those that were not told come again. */
  readonly hide: (receipts: readonly string[], seconds: number) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

const ANSWER_MS = 1_000;
/** Seconds after which somebody who could not be told is told again. */
const AGAIN_S = 5;

interface OfOne {
  readonly notices: readonly Notice[];
  readonly records: QueueEvent['Records'];
}

/**
 * Notices of the chat's queue. Those of one conversation that come together are told once: whoever is behind is brought to the end of its log, and that is
 * past all of them. One that comes twice, or late, finds nobody behind.
 */
export function handlerOf(
  deps: NotifyDeps,
): (event: QueueEvent, invocation: Invocation) => Promise<QueueAnswer> {
  const { clock, hide, log } = deps;
  return async ({ Records }, invocation) => {
    const again: QueueEvent['Records'][number][] = [...Records];
    const telling = byConversation(Records).map(async (one) => {
      if (!(await isTold(deps, one))) return;
      for (const record of one.records) again.splice(again.indexOf(record), 1);
    });
    const leftMs = invocation.getRemainingTimeInMillis() - ANSWER_MS;
    if (!(await endsWithin(clock, leftMs, Promise.all(telling))))
      log.warn('chat.notices_out_of_time', { again: again.length });
    const left = [...again];
    if (left.length > 0) await hideAll(hide, left, log);
    return { batchItemFailures: left.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
}

function byConversation(records: QueueEvent['Records']): readonly OfOne[] {
  const read = records.map((record) => ({ record, notice: noticeIn(record.body) }));
  const groups = Map.groupBy(read, ({ notice, record }) =>
    // What is no notice of ours stands alone, and comes again until it is a dead letter, where somebody sees it.
    notice ? JSON.stringify([notice.workspaceId, notice.conversationId]) : record.messageId,
  );
  return [...groups.values()].map((group) => ({
    notices: group.flatMap(({ notice }) => notice ?? []),
    records: group.map(({ record }) => record),
  }));
}

/** Who has come and gone is told first: whoever has just come is to hear of the messages too. */
async function isTold({ tell, log }: NotifyDeps, { notices }: OfOne): Promise<boolean> {
  const of = notices.find(({ what }) => what === 'conversation');
  const first = notices.find(({ what, no }) => what === 'message' && no === 1);
  const entry = first ?? notices.find(({ what }) => what !== 'conversation');
  const once = [of, entry].flatMap((notice) => notice ?? []);
  try {
    const told: string[] = [];
    for (const notice of once) told.push(await tell(notice));
    return told.length > 0 && !told.includes('again');
  } catch (error) {
    log.error('chat.notice_untold', { error });
    return false;
  }
}

async function hideAll(hide: NotifyDeps['hide'], records: QueueEvent['Records'], log: Log): Promise<void> {
  try {
    await hide(
      records.map(({ receiptHandle }) => receiptHandle),
      AGAIN_S,
    );
  } catch (error) {
    // They come again when the queue shows them by itself.
    log.warn('chat.notices_not_hidden', { error });
  }
}
