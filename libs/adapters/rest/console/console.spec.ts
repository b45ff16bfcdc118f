import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestServer, type TestServer } from '#test/support/test-server.js';
import { ConsoleController } from './console.controller.js';

describe('the page of the chat', () => {
  let server: TestServer;
  let page: string;
  beforeAll(async () => {
    server = await startTestServer({ controllers: [ConsoleController] });
    page = (await server.anybody().get('/chat/').expect(200).expect('cache-control', 'no-cache')).text;
  });
  afterAll(() => server.close());

  it('is asked for anew each time, and lets in files of its own only', async () => {
    const { headers } = await server.anybody().get('/chat/');
    const policy = headers['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(page).not.toMatch(/<style|style="|<script(?![^>]* src=)|https?:/);
  });

  it('is made of files that may be kept for ever', async () => {
    const names = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, name = '']) => name);
    expect(names.map((name) => name.replace(/-[\w-]{8}\./, '-….'))).toEqual([
      '/chat/assets/horn-….svg',
      '/chat/assets/index-….js',
      '/chat/assets/index-….css',
    ]);
    for (const name of names) {
      const { headers } = await server.anybody().get(name).expect(200);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(headers['content-type']).toMatch(/^(text\/(javascript|css)|image\/svg)/);
    }
  });

  it('is found without its slash', async () => {
    await server.anybody().get('/chat').expect(308).expect('location', '/chat/');
  });

  it.each(['/chat/assets/index.js', '/chat/assets/..%2Findex.html', '/chat/assets/%2e%2e%2f%2e%2e%2fsrc'])(
    'has no %s, and nobody keeps that',
    async (path) => {
      const { headers } = await server.anybody().get(path).expect(404);
      expect(headers['cache-control']).toBe('no-store');
    },
  );
});
