import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChatState, stateOf } from '../model/chat-state.js';
import { type Action, reduce } from '../model/reduce.js';
import { History } from './history.js';
import { Later } from './later.js';
import { Rest } from './rest.js';
import { Standing } from './standing.js';

/** A server that answers when it is told to. */
class SlowServer {
  readonly #waiting: { readonly asked: string; readonly answer: (body: unknown) => void }[] = [];
  readonly #fetch = globalThis.fetch;

  constructor() {
    globalThis.fetch = ((path: string, { method = 'GET' }: RequestInit = {}) =>
      new Promise((resolve) => {
        const answer = (body: unknown): void => resolve(Response.json(body));
        this.#waiting.push({ asked: `${method} ${path.replace(/\?.*/, '')}`, answer });
      })) as typeof fetch;
  }

  /** The first that was asked for so. */
  async answer(asked: string, body: unknown): Promise<void> {
    const at = this.#waiting.findIndex((one) => one.asked === asked);
    if (at < 0) throw new Error(`Nobody has asked for ${asked}`);
    this.#waiting.splice(at, 1)[0]?.answer(body);
    await new Promise((done) => setImmediate(done));
  }

  close(): void {
    globalThis.fetch = this.#fetch;
  }
}

const aChat = (id: string): object => ({
  ...{ id, kind: 'group', title: id, between: null, createdAt: '2026-01-01T00:00:00.000Z' },
  ...{ seq: 0, rev: 0, cutSeq: 0, me: { readSeq: 0 } },
});

describe('answers that overtake one another', () => {
  let server: SlowServer;
  let state: ChatState;
  let history: History;
  let standing: Standing;
  let later: Later;
  let followed: unknown[];
  const now = (): ChatState => state;
  const dispatch = (action: Action): void => void (state = reduce(state, action));
  beforeEach(() => {
    server = new SlowServer();
    state = stateOf('ada');
    const rest = new Rest('token');
    followed = [];
    history = new History(rest, now, dispatch, (id, from) => void followed.push([id, from]));
    later = new Later(rest, now, dispatch);
    standing = new Standing(rest, now, dispatch, () => Promise.resolve());
  });
  afterEach(() => server.close());

  it('do not open the conversation that somebody has gone on from', async () => {
    void history.open('cnv_a');
    void history.open('cnv_b');
    await server.answer('GET /v1/conversations/cnv_b', aChat('cnv_b'));
    await server.answer('GET /v1/conversations/cnv_a', aChat('cnv_a'));
    expect(state.open?.id).toBe('cnv_b');
    void history.open('cnv_c');
    void history.open(undefined);
    await server.answer('GET /v1/conversations/cnv_c', aChat('cnv_c'));
    expect(state.open).toBeUndefined();
  });

  it('leave out nothing of a conversation that nobody had told of: it is followed before its messages are asked for', async () => {
    void history.open('cnv_a');
    await server.answer('GET /v1/conversations/cnv_a', { ...aChat('cnv_a'), seq: 7, rev: 2 });
    expect(followed).toEqual([['cnv_a', { seq: 7, rev: 2 }]]);
    await server.answer('GET /v1/conversations/cnv_a/messages', aPage([]));
  });

  const aPage = (data: readonly object[], next: string | null = null): object => ({ data, page: { next } });
  const aPerson = (userId: string): object => ({ userId, role: 'member', readSeq: 0, deliveredSeq: 0 });
  const opened = async (): Promise<void> => {
    void history.open('cnv_a');
    await server.answer('GET /v1/conversations/cnv_a', aChat('cnv_a'));
    await server.answer('GET /v1/conversations/cnv_a/messages', aPage([]));
  };
  const refreshed = async (people: object, pins: readonly object[]): Promise<void> => {
    await server.answer('GET /v1/conversations/cnv_a', aChat('cnv_a'));
    await server.answer('GET /v1/conversations/cnv_a/members', people);
    await server.answer('GET /v1/conversations/cnv_a/pins', { data: pins });
  };

  it('do not take away what was pinned since they were asked for', async () => {
    await opened();
    const pin = {
      ...{
        id: 'msg_1',
        conversationId: 'cnv_a',
        seq: 1,
        rev: 1,
        senderId: 'ben',
        clientMessageId: 'c1',
        text: 'Here',
      },
      ...{ sentAt: '2026-01-01T00:00:00.000Z', pinnedAt: '2026-01-01T00:00:01.000Z', pinnedBy: 'ben' },
    };
    dispatch({ kind: 'heard', event: { name: 'changed', data: pin }, now: 0 });
    await refreshed(aPage([aPerson('ada')]), []);
    expect(state.open?.pins).toEqual([pin]);
    await refreshed(aPage([aPerson('ada')]), [pin]);
    expect(state.open?.pins).toEqual([pin]);
  });

  it('do not put an older list of people in place of a newer one', async () => {
    await opened();
    await refreshed(aPage([aPerson('ada')], 'after:ada'), []);
    void history.refresh();
    const more = history.morePeople();
    await refreshed(aPage([aPerson('ben')]), []);
    await server.answer('GET /v1/conversations/cnv_a/members', aPage([aPerson('cleo')]));
    await more;
    expect(state.open?.people?.some.map(({ userId }) => userId)).toEqual(['ben']);
  });

  it('do not take back a block that was made since they were asked for', async () => {
    const loading = standing.loadBlocks();
    const blocking = standing.block('ben');
    await server.answer('POST /v1/blocks', { userId: 'ben' });
    await server.answer('GET /v1/blocks', { data: ['cleo'] });
    await Promise.resolve();
    await server.answer('GET /v1/blocks', { data: ['ben', 'cleo'] });
    await Promise.all([loading, blocking]);
    expect([...state.blocked]).toEqual(['ben', 'cleo']);
  });

  it('do not hide what another device has scheduled since they were asked for', async () => {
    const aWish = (id: string): object => ({
      ...{ id, conversationId: 'cnv_a', text: id, mentions: [], sendAt: '2027-01-01T00:00:00.000Z' },
      ...{ state: 'waiting', refusal: null },
    });
    const loading = later.load();
    const told = later.changed();
    await server.answer('GET /v1/scheduled-messages', { data: [] });
    expect(state.scheduled).toBeUndefined();
    for (let asked = 0; asked < 2; asked++)
      await server.answer('GET /v1/scheduled-messages', { data: [aWish('sch_1')] });
    await Promise.all([loading, told]);
    expect(state.scheduled).toEqual([aWish('sch_1')]);
  });

  it('do not bring back a block that another device has lifted since they were asked for', async () => {
    const loading = standing.loadBlocks();
    const told = standing.blocksChanged();
    await server.answer('GET /v1/blocks', { data: ['ben'] });
    expect([...state.blocked]).toEqual([]);
    for (let asked = 0; asked < 2; asked++) await server.answer('GET /v1/blocks', { data: ['cleo'] });
    await Promise.all([loading, told]);
    expect([...state.blocked]).toEqual(['cleo']);
  });
});
