import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { slowness } from '#test/support/yardstick.js';
import { DeliveryServer } from '../deliveries/testing/delivery-server.js';
import { aTemplate } from '../deliveries/testing/mails.js';

interface Hostile {
  readonly what: string;
  readonly method?: 'post' | 'put' | 'delete' | 'get';
  /** `{tpl}` stands for a template's id. */
  readonly path: string;
  readonly body?: unknown;
  readonly status: number;
  readonly code: string;
  /** Where the fault is said to be. */
  readonly pointer?: string;
}

const template = (what: string, parts: object, code: string, pointer?: string): Hostile => ({
  what,
  path: '/v1/templates',
  body: { name: 'x', ...parts },
  status: 422,
  code,
  ...(pointer !== undefined && { pointer }),
});
const testSend = (what: string, body: unknown, code: string, pointer?: string): Hostile => ({
  what,
  path: '/v1/templates/{tpl}/test-send',
  body,
  status: 422,
  code,
  ...(pointer !== undefined && { pointer }),
});

const injection: readonly Hostile[] = [
  template(
    'a subject that ends its header',
    { subject: 'Hi\r\nBcc: e@x', text: 'x' },
    'header_injection',
    '/subject',
  ),
  template(
    'a subject with a bare line feed',
    { subject: 'Hi\nX: 1', text: 'x' },
    'header_injection',
    '/subject',
  ),
  template('a name of two lines', { name: 'a\r\nb', text: 'x' }, 'validation_failed', '/name'),
  testSend('a recipient that ends its header', { to: 'b@x.io\r\nBcc: evil@x.io' }, 'header_injection', '/to'),
  testSend('two recipients in one', { to: 'a@x.io,b@x.io' }, 'invalid_address', '/to'),
  testSend('two recipients with a name', { to: 'A <a@x.io>, b@x.io' }, 'invalid_address', '/to'),
  testSend(
    'a sender that ends its header',
    { to: 'a@x.io', from: 'A\r\nBcc: e@x.io <a@x.io>' },
    'header_injection',
    '/from',
  ),
  testSend('two senders', { to: 'a@x.io', from: 'a@x.io, b@x.io' }, 'invalid_address', '/from'),
  testSend(
    'a value that ends the subject',
    { to: 'a@x.io', data: { name: 'A\r\nBcc: e@x.io' } },
    'header_injection',
  ),
  testSend('a recipient of 10 KB', { to: `${'a'.repeat(10_000)}@x.io` }, 'invalid_address', '/to'),
];

const code: readonly Hostile[] = [
  template(
    'a subject that is an object',
    { subject: { type: 'Program', body: [] }, text: 'x' },
    'template_must_be_string',
    '/subject',
  ),
  template(
    'an html part that is an object',
    { html: { type: 'Program', body: [] } },
    'template_must_be_string',
    '/html',
  ),
  template('a text part that is a list', { text: ['x'] }, 'template_must_be_string', '/text'),
  template('a text part that is a number', { text: 5 }, 'template_must_be_string', '/text'),
  template(
    'constructor.constructor',
    { html: '{{constructor.constructor}}' },
    'template_forbidden_expression',
  ),
  template('a log', { html: '{{log secret}}' }, 'template_forbidden_expression'),
  template(
    'a look-up of the prototype',
    { html: '{{lookup this "__proto__"}}' },
    'template_forbidden_expression',
  ),
  template('a partial', { html: '{{> other}}' }, 'template_forbidden_expression'),
  template('a helper there is not', { html: '{{exec "rm"}}' }, 'template_forbidden_expression'),
  template('markup without escaping', { html: '{{{x}}}' }, 'template_forbidden_expression'),
  template('a block that is not closed', { html: '{{#if x}}' }, 'template_syntax'),
  template(
    '2,000 blocks within one another',
    { html: '{{#if a}}'.repeat(2_000) + '{{/if}}'.repeat(2_000) },
    'template_too_deep',
  ),
  template('half a megabyte and more', { text: 'x'.repeat(600_000) }, 'template_too_large', '/text'),
  template('a link that is a script', { html: '<a href="javascript:alert(1)">x</a>' }, 'unsafe_url'),
  template(
    'a link that is a script to a browser',
    { html: '<a href=" java\tscript&#58;alert(1)">x</a>' },
    'unsafe_url',
  ),
  template(
    'a variable named like the prototype',
    { text: 'x', variables: [{ name: 'constructor' }] },
    'validation_failed',
    '/variables/0/name',
  ),
  template(
    'a variable with more to it',
    { text: 'x', variables: [{ name: 'a', get: 'x' }] },
    'validation_failed',
    '/variables',
  ),
  template(
    'variables that are no list',
    { text: 'x', variables: { length: 1e9 } },
    'validation_failed',
    '/variables',
  ),
];

const shape: readonly Hostile[] = [
  {
    what: 'a prototype',
    path: '/v1/templates',
    body: '{"name":"x","text":"x","__proto__":{"admin":1}}',
    status: 422,
    code: 'validation_failed',
  },
  {
    what: 'a prototype among the data',
    path: '/v1/templates/{tpl}/preview',
    body: '{"data":{"__proto__":{"admin":1}}}',
    status: 422,
    code: 'validation_failed',
  },
  {
    what: 'a constructor among the data',
    path: '/v1/templates/{tpl}/test-send',
    body: '{"to":"a@x.io","data":{"constructor":{"prototype":{"admin":1}}}}',
    status: 422,
    code: 'validation_failed',
  },
  testSend('an operator for an address', { to: { $ne: null } }, 'validation_failed', '/to'),
  testSend('data that is a list', { to: 'a@x.io', data: [] }, 'validation_failed', '/data'),
  testSend('data that is a text', { to: 'a@x.io', data: 'x' }, 'validation_failed', '/data'),
  testSend('a workspace', { to: 'a@x.io', workspaceId: 'wsp_1' }, 'validation_failed', '/workspaceId'),
  testSend(
    'a file for an attachment',
    { to: 'a@x.io', attachments: [{ path: '/etc/hostname' }] },
    'validation_failed',
    '/attachments',
  ),
  template('a workspace', { text: 'x', workspaceId: 'wsp_1' }, 'validation_failed', '/workspaceId'),
  template('an origin of its own', { text: 'x', origin: 'gallery:welcome' }, 'validation_failed', '/origin'),
  template('a version of its own', { text: 'x', currentVersion: 9 }, 'validation_failed', '/currentVersion'),
  template('html in a text message', { text: 'x', html: 'x', channel: 'sms' }, 'validation_failed', '/html'),
  template('a text message of nothing', { channel: 'sms' }, 'validation_failed', '/text'),
  template(
    'a subject of a text message',
    { text: 'x', subject: 'x', channel: 'sms' },
    'validation_failed',
    '/subject',
  ),
  template('a channel that is an object', { text: 'x', channel: {} }, 'validation_failed', '/channel'),
  template('a channel there is not', { text: 'x', channel: 'pigeon' }, 'validation_failed', '/channel'),
  template('a locale there is not', { text: 'x', locale: '../../etc' }, 'validation_failed', '/locale'),
  template('nothing to say', {}, 'validation_failed', '/html'),
  {
    what: 'another channel later',
    method: 'put',
    path: '/v1/templates/{tpl}',
    body: { text: 'x', channel: 'sms' },
    status: 422,
    code: 'validation_failed',
    pointer: '/channel',
  },
  {
    what: 'an address with more',
    path: '/v1/suppressions',
    body: { email: 'a@x.io', status: 'gone' },
    status: 422,
    code: 'validation_failed',
    pointer: '/status',
  },
  {
    what: 'an operator in a query',
    method: 'delete',
    path: '/v1/suppressions?email[$ne]=x',
    status: 422,
    code: 'validation_failed',
  },
  {
    what: '100,000 levels',
    path: '/v1/templates/{tpl}/preview',
    body: `{"data":${'['.repeat(100_000)}`,
    status: 400,
    code: 'invalid_json',
  },
];

const ids = [
  '..%2f..%2fetc',
  '%00',
  "tpl_'; DROP TABLE templates",
  'x'.repeat(900),
  '__proto__',
  'constructor',
];
const strangers: readonly Hostile[] = ids.flatMap((id): Hostile[] => {
  const what = `the id ${id.slice(0, 30)}`;
  const at = encodeURI(decodeURIComponent(id)).replaceAll('/', '%2f').replaceAll('\u0000', '%00');
  return [
    {
      what: `${what} of a template`,
      method: 'get',
      path: `/v1/templates/${at}`,
      status: 404,
      code: 'not_found',
    },
    {
      what: `${what} of a delivery`,
      method: 'get',
      path: `/v1/deliveries/${at}`,
      status: 404,
      code: 'not_found',
    },
    {
      what: `${what} of a failed message`,
      path: `/v1/failed-messages/${at}/retry`,
      status: 404,
      code: 'not_found',
    },
    {
      what: `${what} of a suppression`,
      method: 'delete',
      path: `/v1/suppressions/${at}`,
      status: 404,
      code: 'not_found',
    },
  ];
});

/** Milliseconds of CPU that one request may cost the thread that serves all others. */
const MOST_CPU_MS = 500;

describe('hostile input to templating and delivery', () => {
  let server: DeliveryServer;
  let templateId: string;
  beforeAll(async () => {
    server = await DeliveryServer.start();
    templateId = await aTemplate(server);
    // What is loaded lazily is loaded now, so that no case pays for it.
    await server
      .as()
      .post(`/v1/templates/${templateId}/preview`)
      .send({ data: { name: 'x' } })
      .expect(200);
  });
  afterAll(() => server.close());

  const send = ({ method = 'post', path, body }: Hostile) => {
    const asking = server.as()[method](path.replace('{tpl}', templateId));
    if (typeof body !== 'string') return asking.send(body as object);
    return asking
      .type('application/json')
      .serialize((text: unknown) => text as string)
      .send(body);
  };
  const nothingHappened = async (): Promise<void> => {
    expect((await server.as().get('/v1/deliveries').expect(200)).body.data).toEqual([]);
    expect((await server.as().get('/v1/suppressions').expect(200)).body.data).toEqual([]);
    const templates = (await server.as().get('/v1/templates').expect(200)).body.data as {
      id: string;
      version: number;
    }[];
    expect(templates).toEqual([expect.objectContaining({ id: templateId, version: 1 })]);
    const depths = await server.ports.lanes.depths(server.ports.clock.now());
    expect(depths.map(({ depth }) => depth)).toEqual([0, 0, 0]);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  };

  it.each([...injection, ...code, ...shape, ...strangers])('$what: $status $code', async (hostile) => {
    const before = process.cpuUsage();
    const answer = await send(hostile);
    const { user } = process.cpuUsage(before);
    expect({ status: answer.status, code: answer.body.code }).toEqual({
      status: hostile.status,
      code: hostile.code,
    });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    if (hostile.pointer !== undefined) {
      const faults = answer.body.errors as { pointer: string }[];
      expect(faults.map(({ pointer }) => pointer)).toContain(hostile.pointer);
    }
    expect(user / 1000 / slowness()).toBeLessThan(MOST_CPU_MS);
    await nothingHappened();
  });

  describe('in data', () => {
    const preview = async (parts: object, data: object) => {
      const made = await server
        .as()
        .post('/v1/templates')
        .send({ name: 'probe', ...parts })
        .expect(201);
      return server.as().post(`/v1/templates/${made.body.id}/preview`).send({ data });
    };

    it('a list looped over thrice is refused: 422 render_too_large', async () => {
      const list = Array.from({ length: 150 }, (_, n) => n);
      const html = '{{#each list}}{{#each @root.list}}{{#each @root.list}}x{{/each}}{{/each}}{{/each}}';
      const answer = await preview({ html }, { list });
      expect({ status: answer.status, code: answer.body.code }).toEqual({
        status: 422,
        code: 'render_too_large',
      });
    });

    it('what is required and missing is refused and named: 422 missing_variable', async () => {
      const variables = [{ name: 'order.number', required: true }];
      const answer = await preview({ text: '{{order.number}}', variables }, { order: {} });
      expect({ status: answer.status, code: answer.body.code }).toEqual({
        status: 422,
        code: 'missing_variable',
      });
      expect(JSON.stringify(answer.body)).toContain('order.number');
    });

    it('a link to a script is refused: 422 unsafe_url', async () => {
      const answer = await preview({ html: '<a href="{{url}}">x</a>' }, { url: 'javascript:alert(1)' });
      expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 422, code: 'unsafe_url' });
    });

    it('an expression prints as it is, and markup as text', async () => {
      const data = { a: '{{secret}}', b: '<script>alert(1)</script>', secret: 's' };
      const { body } = await preview({ html: '<p>{{a}}{{b}}</p>' }, data);
      expect(body.html).toBe('<p>{{secret}}&lt;script&gt;alert(1)&lt;/script&gt;</p>');
    });
  });

  it('leaves the server well', async () => {
    await server.as().get('/v1/templates').expect(200);
    expect(server.ports.log.complaints).toEqual([]);
  });
});
