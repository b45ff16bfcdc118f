import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { ScheduleChange, ScheduledMessage } from '#domain/chat/model/scheduled-message.js';
import type { ScheduledMessages, Taken } from '#ports/chat/scheduled-messages.js';
import { ChatTables } from './memory-chat.js';

export class MemoryScheduledMessages implements ScheduledMessages {
  readonly #messages: Map<string, ScheduledMessage>;

  constructor(tables = new ChatTables()) {
    this.#messages = tables.scheduled;
  }

  async put(message: ScheduledMessage, most: number): Promise<boolean> {
    if (this.#messages.has(message.id)) return true;
    if (this.#of(message.workspaceId, message.senderId).length >= most) return false;
    this.#messages.set(message.id, message);
    return true;
  }

  async find(workspaceId: WorkspaceId, id: string): Promise<ScheduledMessage | undefined> {
    const found = this.#messages.get(id);
    return found?.workspaceId === workspaceId ? found : undefined;
  }

  async ofSender(workspaceId: WorkspaceId, senderId: string): Promise<readonly ScheduledMessage[]> {
    return this.#of(workspaceId, senderId).sort((a, b) => a.sendAt - b.sendAt || (a.id < b.id ? -1 : 1));
  }

  async revise(
    workspaceId: WorkspaceId,
    id: string,
    change: ScheduleChange,
  ): Promise<ScheduledMessage | undefined> {
    const before = this.#untaken(workspaceId, id);
    if (!before) return undefined;
    const { refusal: _, ...rest } = before;
    const after: ScheduledMessage = { ...rest, ...change, state: 'waiting' };
    this.#messages.set(id, after);
    return after;
  }

  async remove(workspaceId: WorkspaceId, id: string): Promise<ScheduledMessage | undefined> {
    const before = this.#untaken(workspaceId, id);
    if (before) this.#messages.delete(id);
    return before;
  }

  async take(id: string, now: Instant): Promise<Taken | undefined> {
    const found = this.#messages.get(id);
    if (!found || found.state === 'refused') return undefined;
    if (found.sendAt > now) return { kind: 'early', sendAt: found.sendAt };
    const message: ScheduledMessage = { ...found, state: 'sending' };
    this.#messages.set(id, message);
    return { kind: 'taken', message };
  }

  async settle(id: string, refusal?: string): Promise<void> {
    const found = this.#messages.get(id);
    if (!found) return;
    if (refusal === undefined) this.#messages.delete(id);
    else this.#messages.set(id, { ...found, state: 'refused', refusal });
  }

  #of(workspaceId: WorkspaceId, senderId: string): ScheduledMessage[] {
    const all = [...this.#messages.values()];
    return all.filter((one) => one.workspaceId === workspaceId && one.senderId === senderId);
  }

  #untaken(workspaceId: WorkspaceId, id: string): ScheduledMessage | undefined {
    const found = this.#messages.get(id);
    return found?.workspaceId === workspaceId && found.state !== 'sending' ? found : undefined;
  }
}
