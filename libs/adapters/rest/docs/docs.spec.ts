import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestServer, type TestServer } from '#test/support/test-server.js';
import { PROBLEMS } from '../kit/problem.js';
import { docsPage } from './docs-page.js';
import { html } from './html.js';
import type { OpenApiDocument } from './openapi-document.js';

describe('the description of the API', () => {
  let server: TestServer;
  let document: OpenApiDocument;
  beforeEach(async () => {
    server = await startTestServer();
    document = (
      await server
        .anybody()
        .get('/openapi.json')
        .expect(200)
        .expect('content-type', /^application\/json/)
    ).body;
  });
  afterEach(() => server.close());

  it('is OpenAPI 3.1, with every reference in it leading somewhere', () => {
    expect(document.openapi).toBe('3.1.0');
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name,
    );
    expect(references.length).toBeGreaterThan(10);
    for (const name of references) expect(document.components?.schemas).toHaveProperty(String(name));
  });

  it('knows fields, their bounds, and that unknown ones are refused', () => {
    const body = document.components?.schemas?.['CreateApiKeyBody'];
    expect(body).toMatchObject({ required: ['name', 'scopes'], additionalProperties: false });
    expect(body?.properties?.['name']).toMatchObject({ type: 'string', minLength: 1, maxLength: 200 });
    expect(document.components?.schemas?.['ApiKeyView']?.properties?.['lastUsedAt']?.type).toEqual([
      'string',
      'null',
    ]);
  });

  it('says for each path who may use it, and how it says no', () => {
    const create = document.paths['/v1/api-keys']?.['post'];
    expect(create).toMatchObject({ security: [{ apiKey: [] }], 'x-scope': 'keys:write' });
    expect(Object.keys(create?.responses ?? {})).toEqual(
      expect.arrayContaining(['201', '401', '403', '422', 'default']),
    );
    expect(create?.parameters?.map(({ name }) => name)).toEqual(['Idempotency-Key']);
    expect(document.paths['/health/live']?.['get']?.security).toBeUndefined();
  });

  it('gives every operation an id of its own', () => {
    const ids = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is a page that loads nothing from elsewhere and runs no script', async () => {
    const { text, headers } = await server.anybody().get('/docs').expect(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    );
    expect(text).not.toMatch(/<script|<link|<img|src=|@import|url\(|href="https?:/);
    expect(text).toContain('/v1/api-keys/{id}');
  });

  it('explains every problem where its type points', async () => {
    const { text } = await server.anybody().get('/docs');
    const problem = (await server.as().delete('/v1/api-keys/key_none').expect(404)).body as { type: string };
    expect(problem.type).toBe('/docs#problem-not-found');
    for (const code of Object.keys(PROBLEMS))
      expect(text).toContain(`id="problem-${code.replaceAll('_', '-')}"`);
  });

  it('shows comments as text, whatever is in them', () => {
    const nasty: OpenApiDocument = {
      openapi: '3.1.0',
      info: { title: '<b>T</b>', version: '1' },
      paths: {
        '/x': { get: { operationId: 'x', summary: '<script>alert(1)</script> `a<b`', responses: {} } },
      },
    };
    const page = docsPage(nasty);
    expect(page).not.toContain('<script>');
    expect(page).toContain('<code>a&lt;b</code>');
    expect(page).toContain('&lt;b&gt;T&lt;/b&gt;');
  });
});

describe('html', () => {
  it('escapes what is put in, but not markup that was made by it', () => {
    const inner = html`<i>${'<&>"\''}</i>`;
    expect(html`<p title="${'"'}">${[inner, inner]}${undefined}</p>`.text).toBe(
      '<p title="&quot;"><i>&lt;&amp;&gt;&quot;&#39;</i><i>&lt;&amp;&gt;&quot;&#39;</i></p>',
    );
  });
});
