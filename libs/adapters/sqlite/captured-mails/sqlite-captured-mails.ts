import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import {
  type Capture,
  type CapturedMail,
  capturedMailId,
  capturedMailNumber,
  type CapturedMails,
  type CapturedSummary,
} from '#ports/delivery/captured-mails.js';
import type { SqliteStorage, StoreCalls } from '../engine/storage-client.js';
import { capturedMailsStore, type MailRow, type SummaryRow } from './captured-mails-store.js';

export class SqliteCapturedMails implements CapturedMails {
  readonly #calls: StoreCalls<typeof capturedMailsStore.writes, typeof capturedMailsStore.reads>;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(capturedMailsStore);
  }

  async append(capture: Capture): Promise<readonly string[]> {
    const first = await this.#calls.write('append', capture);
    return capture.messages.map((_, position) => capturedMailId(first + position));
  }

  page({ limit, after }: PageRequest): Promise<Page<CapturedSummary>> {
    return pageOfRows(limit, after, (range) => this.#calls.read('page', range));
  }

  pageOf(workspaceId: WorkspaceId, { limit, after }: PageRequest): Promise<Page<CapturedSummary>> {
    return pageOfRows(limit, after, (range) => this.#calls.read('pageOf', { workspaceId, ...range }));
  }

  async find(id: string): Promise<CapturedMail | undefined> {
    const row = await this.#row(id);
    return row && mailOf(row);
  }

  async findOf(workspaceId: WorkspaceId, id: string): Promise<CapturedMail | undefined> {
    const row = await this.#row(id);
    return row?.workspace_id === workspaceId ? mailOf(row) : undefined;
  }

  #row(id: string): Promise<MailRow | undefined> {
    const number = capturedMailNumber(id);
    return number === undefined ? Promise.resolve(undefined) : this.#calls.read('find', { number });
  }
}

async function pageOfRows(
  limit: number,
  after: string | undefined,
  read: (range: { before: number; limit: number }) => Promise<SummaryRow[]>,
): Promise<Page<CapturedSummary>> {
  const before = after === undefined ? Number.MAX_SAFE_INTEGER : capturedMailNumber(after);
  if (before === undefined) throw new Refusal('invalid_cursor', 'The cursor is not one of ours.');
  const rows = await read({ before, limit: limit + 1 });
  const data = rows.slice(0, limit).map(summaryOf);
  return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
}

function summaryOf(row: SummaryRow): CapturedSummary {
  return {
    id: capturedMailId(row.number),
    at: row.at,
    deliveryId: row.delivery_id,
    from: row.sender,
    to: row.recipient,
    subject: row.subject,
    ...(typeof row.beginning === 'string' && { beginning: row.beginning }),
  };
}

function mailOf(row: MailRow): CapturedMail {
  return {
    ...summaryOf(row),
    headers: JSON.parse(row.headers) as Record<string, string>,
    ...(row.reply_to === null ? {} : { replyTo: row.reply_to }),
    ...(row.html === null ? {} : { html: row.html }),
    ...(row.text === null ? {} : { text: row.text }),
  };
}
