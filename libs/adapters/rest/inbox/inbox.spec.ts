import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { InboxItem } from '#domain/communication/model/inbox-item.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { anInboxItem } from '#ports/communication/testing/communication-stores.js';
import { InboxServer } from './testing/inbox-server.js';

const NOW = '2026-01-01T00:00:00.000Z';

describe('the inbox over REST', () => {
  let server: InboxServer;
  beforeEach(async () => {
    server = await InboxServer.start();
  });
  afterEach(() => server.close());

  const put = async (change: Partial<InboxItem> = {}): Promise<InboxItem> => {
    const item = anInboxItem({ workspaceId: server.workspaceId, ...change });
    await server.inbox.put([item]);
    return item;
  };
  const inboxOf = async (userId: string, query = '') =>
    (await server.as().get(`/v1/users/${userId}/inbox${query}`).expect(200)).body;
  const step = (id: string, to: string, status = 200) =>
    server.as().post(`/v1/inbox/${id}/${to}`).expect(status);

  it('shows what lies in it, the newest first, and how much asks for attention', async () => {
    const first = await put({ createdAt: Date.parse(NOW) });
    const second = await put({ url: 'https://acme.example/1', data: { a: [1] } });
    await put({ userId: 'ben' });
    const { data, page, counts } = await inboxOf('anna');
    expect(data.map(({ id }: { id: string }) => id)).toEqual([second.id, first.id]);
    expect(data[0]).toMatchObject({ url: 'https://acme.example/1', data: { a: [1] } });
    expect(data[1]).toEqual({
      id: first.id,
      userId: 'anna',
      type: 'receipt',
      title: first.title,
      body: first.body,
      url: null,
      data: first.data,
      state: 'unseen',
      createdAt: NOW,
      seenAt: null,
      readAt: null,
      archivedAt: null,
    });
    expect(page).toEqual({ next: null });
    expect(counts).toEqual({ unseen: 2, unread: 2 });
  });

  it('is empty for whoever was sent nothing', async () => {
    expect(await inboxOf('nobody%2Fat-all')).toEqual({
      data: [],
      page: { next: null },
      counts: { unseen: 0, unread: 0 },
    });
  });

  it('goes on from page to page, of one state or of all', async () => {
    const items = [await put(), await put(), await put({ state: 'read' })];
    const first = await inboxOf('anna', '?limit=2');
    const rest = await inboxOf('anna', `?limit=2&after=${first.page.next}`);
    const ids = [...first.data, ...rest.data].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(items.map(({ id }) => id).reverse());
    expect(rest.counts).toEqual({ unseen: 2, unread: 2 });
    const read = await inboxOf('anna', '?state=read');
    expect(read.data.map(({ id }: { id: string }) => id)).toEqual([items[2]?.id]);
    const other = `/v1/users/anna/inbox?state=read&after=${first.page.next}`;
    expect((await server.as().get(other).expect(400)).body.code).toBe('invalid_cursor');
  });

  it('moves an item forward, never back, however often it is said', async () => {
    const { id } = await put();
    expect((await step(id, 'seen')).body).toMatchObject({ state: 'seen', seenAt: NOW, readAt: null });
    const read = (await step(id, 'read')).body;
    expect(read).toMatchObject({ state: 'read', seenAt: NOW, readAt: NOW });
    expect((await step(id, 'seen')).body).toEqual(read);
    expect((await step(id, 'read')).body).toEqual(read);
    expect((await inboxOf('anna')).counts).toEqual({ unseen: 0, unread: 0 });
    expect((await step(id, 'archive')).body).toMatchObject({ state: 'archived', archivedAt: NOW });
    expect((await inboxOf('anna')).data).toEqual([]);
    expect((await inboxOf('anna', '?state=archived')).data).toHaveLength(1);
  });

  it.each(['?state=lost', '?limit=0', '?limit=201', '?userId=ben'])('refuses %s', async (query) => {
    const { body } = await server.as().get(`/v1/users/anna/inbox${query}`).expect(422);
    expect(body.code).toBe('validation_failed');
  });

  it('of another workspace is one that is not there', async () => {
    const theirs = await put({ workspaceId: 'wsp_theirs' as WorkspaceId });
    const missing = (await step('inb_00000000000000000000000000', 'read', 404)).body;
    const { instance, ...same } = (await step(theirs.id, 'read', 404)).body;
    expect(instance).toBeDefined();
    expect(missing).toMatchObject(same);
    expect((await inboxOf('anna')).data).toEqual([]);
    expect(await server.inbox.find(theirs.workspaceId, theirs.id)).toEqual(theirs);
  });

  it('needs the right to look into it, and the one to change it', async () => {
    const { id } = await put();
    const reader = server.as(await server.issueKey(['users:read']));
    await reader.get('/v1/users/anna/inbox').expect(200);
    await reader.post(`/v1/inbox/${id}/read`).expect(403);
    const other = server.as(await server.issueKey(['notifications:read']));
    await other.get('/v1/users/anna/inbox').expect(403);
  });
});
