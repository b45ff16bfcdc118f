import type { DatabaseSync } from 'node:sqlite';
import { number, ofKind, text, type WireItem } from './wire-item.js';

/** Notifications, inboxes, webhooks and events as the embedded target has them in its file. */
export function writeCommunication(db: DatabaseSync, items: readonly WireItem[]): void {
  db.exec(`CREATE TABLE notifications (id TEXT, status TEXT, spec TEXT, progress TEXT, due_at INTEGER);
    CREATE TABLE inbox_items (delivery_id TEXT);
    CREATE TABLE webhook_messages (id TEXT);
    CREATE TABLE webhook_deliveries (status INTEGER);
    CREATE TABLE outbox (seq INTEGER);`);
  const notification = db.prepare('INSERT INTO notifications VALUES (?, ?, ?, ?, ?)');
  for (const item of ofKind(items, 'NTF', 'NTF')) {
    const [id, status, order, progress] = ['id', 'status', 'order', 'progress'].map((name) =>
      text(item[name]),
    ) as [string, string, string, string];
    notification.run(id, status, order, progress, item['dueAt'] === undefined ? null : number(item['dueAt']));
  }
  const inboxItem = db.prepare('INSERT INTO inbox_items VALUES (?)');
  for (const { body } of ofKind(items, 'INBOXITEM'))
    inboxItem.run((JSON.parse(text(body)) as { deliveryId: string }).deliveryId);
  const message = db.prepare('INSERT INTO webhook_messages VALUES (?)');
  for (const { id } of ofKind(items, 'WHM', 'MESSAGE')) message.run(text(id));
  // There is a slot for as long as it is pending.
  const pending = db.prepare('INSERT INTO webhook_deliveries VALUES (0)');
  for (const _ of ofKind(items, 'WHQ')) pending.run();
  const event = db.prepare('INSERT INTO outbox VALUES (?)');
  for (const { seq } of ofKind(items, 'OUTBOX')) event.run(number(seq));
}
