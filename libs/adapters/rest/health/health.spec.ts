import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { MemoryStorageProbe } from '#adapters/memory/system/memory-storage-probe.js';
import { Metrics } from '#ports/system/metrics.js';
import { StorageProbe } from '#ports/system/storage-probe.js';
import { startTestServer, type TestServer } from '#test/support/test-server.js';

describe('health and metrics', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer();
  });
  afterEach(() => server.close());

  it('says that it lives and is ready', async () => {
    expect((await server.anybody().get('/health/live').expect(200)).body).toEqual({ status: 'ok' });
    expect((await server.anybody().get('/health/ready').expect(200)).body).toEqual({
      status: 'ok',
      reasons: [],
    });
  });

  it('is not ready while the storage takes no writes, and is again when it does', async () => {
    const probe = server.app.get<MemoryStorageProbe>(StorageProbe);
    probe.broken = true;
    expect((await server.anybody().get('/health/ready').expect(503)).body).toEqual({
      status: 'unavailable',
      reasons: ['The storage takes no writes.'],
    });
    expect(server.log.complaints).toEqual(['storage.not_writable']);
    probe.broken = false;
    await server.clock.advance(1000);
    await server.anybody().get('/health/ready').expect(200);
  });

  it('does not write for every question: strangers may ask', async () => {
    const probe = server.app.get<MemoryStorageProbe>(StorageProbe);
    let writes = 0;
    probe.write = () => Promise.resolve(void (writes += 1));
    for (let n = 0; n < 20; n++) await server.anybody().get('/health/ready').expect(200);
    expect(writes).toBe(1);
  });

  it('is not ready while a write hangs', async () => {
    const probe = server.app.get<MemoryStorageProbe>(StorageProbe);
    const asked = new Promise<void>((resolve) => {
      probe.write = () => {
        resolve();
        return new Promise(() => {});
      };
    });
    const answer = server
      .anybody()
      .get('/health/ready')
      .then(({ status }) => status);
    await asked;
    await server.clock.advance(5000);
    expect(await answer).toBe(503);
  });

  it('counts requests by the path as declared, never as asked for', async () => {
    await server.as().delete('/v1/api-keys/somebody@example.com').expect(404);
    const { text, headers } = await server.anybody().get('/metrics').expect(200);
    expect(headers['content-type']).toContain('text/plain; version=0.0.4');
    expect(text).toContain(
      'posthorn_http_request_duration_seconds_count{method="DELETE",route="/v1/api-keys/:id",status="404"} 1',
    );
    expect(text).not.toContain('example.com');
  });

  it('shows the gauges that others register, and leaves out one that fails', async () => {
    const metrics = server.app.get<Metrics>(Metrics);
    metrics.gauge({
      name: 'test_depth',
      help: 'h',
      labels: ['lane'],
      read: () => [{ value: 7, labels: { lane: 'bulk' } }],
    });
    metrics.gauge({ name: 'test_broken', help: 'h', read: () => Promise.reject(new Error('no')) });
    const { text } = await server.anybody().get('/metrics').expect(200);
    expect(text).toContain('test_depth{lane="bulk"} 7');
    expect(text).not.toMatch(/^test_broken/m);
  });
});
