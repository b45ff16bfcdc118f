import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CommunicationServer } from './testing/communication-server.js';

const ANNA = '/v1/users/anna';
const PATH = `${ANNA}/preferences`;
const NOTHING = { channels: null, types: {}, categories: {} };

describe('preferences over REST', () => {
  let server: CommunicationServer;
  beforeEach(async () => {
    server = await CommunicationServer.start();
    await server.as().put(ANNA).send({ email: 'anna@example.com' }).expect(201);
  });
  afterEach(() => server.close());

  const put = (body: object | string, status = 200, path = PATH) =>
    server.as().put(path).type('json').send(body).expect(status);
  const saved = async (): Promise<unknown> => (await server.as().get(PATH).expect(200)).body;

  it('are none until somebody says so', async () => {
    expect(await saved()).toEqual(NOTHING);
  });

  it('are kept in the order in which they are given, an empty list included', async () => {
    const wanted = {
      channels: ['push', 'email'],
      types: { mfa_code: ['sms', 'email'], receipt: [] },
      categories: { news: [], 'team.updates': ['pager'] },
    };
    expect((await put(wanted)).body).toEqual(wanted);
    expect(await saved()).toEqual(wanted);
    expect((await put({ channels: [] })).body).toEqual({ ...NOTHING, channels: [] });
    expect((await put({ channels: null, types: null })).body).toEqual(NOTHING);
    expect((await server.as().get(ANNA)).body.email).toBe('anna@example.com');
  });

  it('are nobody’s if there is no such user', async () => {
    await put({}, 404, '/v1/users/ben/preferences');
    await server.as().get('/v1/users/ben').expect(404);
  });

  it('of many that are saved at once are those of one, whole', async () => {
    const each = ['email', 'sms', 'push', 'pager'].map((name) => ({
      channels: [name],
      types: { receipt: [name] },
      categories: {},
    }));
    await Promise.all(each.map((body) => put(body)));
    expect(each).toContainEqual(await saved());
  });

  it.each([
    ['a channel there is not', { channels: ['email', 'telegraph'] }, ['/channels/1']],
    ['a channel twice', { channels: ['email', 'sms', 'email'] }, ['/channels/2']],
    ['a channel that is an object', { channels: [{ $ne: null }] }, ['/channels/0']],
    ['a text for channels', { channels: 'email' }, ['/channels']],
    ['a text for a list', { types: { receipt: 'email' } }, ['/types/receipt']],
    ['nothing for a list', { types: { receipt: null } }, ['/types/receipt']],
    ['a list for a map', { types: [['email']] }, ['/types']],
    ['a name of other letters', { types: { 'A/b~': [] } }, ['/types/A~1b~0']],
    [
      'a method',
      { types: { toString: 'x' }, categories: { valueOf: 1 } },
      ['/types/toString', '/types/toString', '/categories/valueOf', '/categories/valueOf'],
    ],
    ['201 channels', { channels: Array.from({ length: 201 }, () => 'email') }, ['/channels']],
    [
      '201 types',
      { types: Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`t${i}`, []])) },
      ['/types'],
    ],
    ['another field', { mandatory: [] }, ['/mandatory']],
    ['a workspace', { workspaceId: 'wsp_1' }, ['/workspaceId']],
  ])('take nothing for %s', async (_what, body, pointers) => {
    const answer = await put(body, 422);
    expect(answer.body.code).toBe('validation_failed');
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
    expect(await saved()).toEqual(NOTHING);
  });

  it('take 200 types and 200 categories', async () => {
    const names = Array.from({ length: 200 }, (_, i) => `t${i}`);
    const types = Object.fromEntries(names.map((name) => [name, ['email', 'sms']]));
    expect((await put({ types, categories: types })).body).toEqual({
      channels: null,
      types,
      categories: types,
    });
  });

  it('tell at most fifty of ten thousand faults', async () => {
    const list = Array.from({ length: 100 }, () => 'telegraph');
    const types = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`t${i}`, list]));
    expect((await put({ types }, 422)).body.errors).toHaveLength(50);
  });

  it.each([
    ['{"types":{"__proto__":["email"]}}', '/types/__proto__'],
    ['{"categories":{"\\u005f_proto__":["email"]}}', '/categories/__proto__'],
    ['{"types":{"constructor":["email"]}}', '/types/constructor'],
    ['{"__proto__":{"channels":["email"]}}', '/__proto__'],
  ])('take no prototype: %s', async (body, pointer) => {
    expect((await put(body, 422)).body.errors).toEqual([
      expect.objectContaining({ pointer, code: 'forbidden_key' }),
    ]);
    expect(await saved()).toEqual(NOTHING);
  });
});
