import { parseDeliveryId } from '#domain/delivery/model/delivery.js';
import { BEGINNING, type Capture } from '#ports/delivery/captured-mails.js';
import { type Db, sqliteStore } from '../engine/store.js';

export interface SummaryRow {
  readonly number: number;
  readonly at: number;
  readonly delivery_id: string;
  readonly sender: string;
  readonly recipient: string;
  readonly subject: string;
  /** Null where there is a subject, or no text. */
  readonly beginning?: string | null;
}

export interface MailRow extends SummaryRow {
  readonly workspace_id: string | null;
  readonly reply_to: string | null;
  readonly headers: string;
  readonly html: string | null;
  readonly text: string | null;
}

/** Answers with the number of the call's first mail; the others follow it without a gap. */
function append(db: Db, { key, messages, at, keep }: Capture): number {
  const known = db.get<{ first: number }>('ofCall', { key });
  if (known) return known.first;
  // There is one writer, so nobody else takes these numbers.
  const first = (db.get<{ number: number | null }>('last')?.number ?? 0) + 1;
  const workspaceId = ownerOf(db, messages[0]?.deliveryId ?? '');
  messages.forEach((message, position) => {
    db.run('insert', {
      number: first + position,
      workspaceId,
      key,
      position,
      at,
      deliveryId: message.deliveryId,
      sender: message.from,
      recipient: message.to,
      replyTo: message.replyTo ?? null,
      subject: message.subject,
      headers: JSON.stringify(message.headers),
      html: message.html ?? null,
      text: message.text ?? null,
    });
  });
  db.run('trim', { workspaceId, keep: Math.max(keep, messages.length) });
  return first;
}

/** Null for a mail that is nobody's. */
function ownerOf(db: Db, deliveryId: string): string | null {
  const place = parseDeliveryId(deliveryId);
  const owner = place && db.get<{ workspace_id: string }>('ownerOf', { dispatchId: place.dispatchId });
  return owner?.workspace_id ?? null;
}

export const capturedMailsStore = sqliteStore({
  name: 'captured-mails',
  sql: new URL('./captured-mails.sql', import.meta.url),
  writes: { append },
  reads: {
    page: (db: Db, { before, limit }: { before: number; limit: number }) =>
      db.all<SummaryRow>('page', { before, limit, beginning: BEGINNING }),
    pageOf: (db: Db, theirs: { workspaceId: string; before: number; limit: number }) =>
      db.all<SummaryRow>('pageOf', { ...theirs, beginning: BEGINNING }),
    find: (db: Db, { number }: { number: number }) => db.get<MailRow>('find', { number }),
  },
});
