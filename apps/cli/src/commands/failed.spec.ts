import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DeliveryServer } from '#adapters/rest/deliveries/testing/delivery-server.js';
import { aTemplate } from '#adapters/rest/deliveries/testing/mails.js';
import { ApiClient } from '../api/api-client.js';
import type { CommandContext } from '../terminal/context.js';
import { Terminal } from '../terminal/terminal.js';
import { VirtualFile } from '../testing/virtual-screen.js';
import { failed, type FailedOptions } from './failed.js';

/** Messages die of hours of failures; here they are let die. So the command runs against the REST API over memory. */
describe('posthorn failed', () => {
  let server: DeliveryServer;
  let out: VirtualFile;
  let context: CommandContext;
  beforeEach(async () => {
    server = await DeliveryServer.start();
    await server.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = server.app.getHttpServer().address() as AddressInfo;
    const { clock } = server.ports;
    const key = await server.issueKey(['admin']);
    const client = new ApiClient({ url: `http://127.0.0.1:${port}`, key, clock });
    out = new VirtualFile();
    context = {
      client,
      clock,
      json: false,
      onInterrupt: () => {},
      terminal: new Terminal(out, out, {}, clock),
    };
  });
  afterEach(() => server.close());

  const deadMails = async (...to: string[]): Promise<string[]> => {
    const template = await aTemplate(server, { subject: 'Hi', html: undefined, text: 'Hi' });
    const ids: string[] = [];
    for (const address of to) {
      const { body } = await server
        .as()
        .post(`/v1/templates/${template}/test-send`)
        .send({ to: address })
        .expect(202);
      ids.push((body as { id: string }).id);
    }
    await server.letAllDie('attempts used up: HTTP 503');
    return ids;
  };
  const ran = async (options: Partial<FailedOptions> = {}): Promise<string> => {
    out.text = '';
    await failed(context, { limit: 20, ...options });
    return out.text;
  };

  it('lists them with the reason, and says how to send them again', async () => {
    const [ann] = await deadMails('ann@example.com', 'bob@example.org');
    const said = await ran();
    expect(said).toMatch(
      new RegExp(`^${ann} +ann@example.com +\\d+ +resend +[\\d.]+ s ago +attempts used up: HTTP 503$`, 'm'),
    );
    expect(said).toContain('bob@example.org');
    expect(said).toContain('Send them again: posthorn failed --retry');
    expect(await ran({ limit: 1 })).toContain('There are more');
  });

  it('counts them by reason, provider and domain', async () => {
    await deadMails('ann@example.com', 'bob@example.org', 'eve@example.org');
    const said = await ran({ stats: true });
    expect(said).toMatch(/^3 failed messages$/m);
    expect(said).toMatch(/BY REASON\n +3 +attempts used up: HTTP 503$/m);
    expect(said).toMatch(/BY DOMAIN\n +2 +example\.org\n +1 +example\.com$/m);
  });

  it('sends one again, or all of them', async () => {
    const [ann = ''] = await deadMails('ann@example.com', 'bob@example.org', 'eve@example.org');
    expect(await ran({ retry: ann })).toBe(`${ann} to ann@example.com is on its way again.\n`);
    expect(await ran({ retry: true })).toBe('2 messages on their way again.\n');
    expect(await ran()).toBe('No message has failed.\n');
    await server.deliverAll();
    expect((await server.ports.capturedMails.page({ limit: 5 })).data).toHaveLength(3);
  });

  it('gives one up, and refuses to do it twice', async () => {
    const [ann = ''] = await deadMails('ann@example.com');
    expect(await ran({ resolve: ann, reason: 'she moved' })).toBe(
      `${ann} to ann@example.com is given up: she moved\n`,
    );
    await expect(ran({ resolve: ann, reason: 'again' })).rejects.toThrow('(invalid_transition)');
  });

  it('prints JSON for programs', async () => {
    const [ann] = await deadMails('ann@example.com');
    context = { ...context, json: true };
    expect(JSON.parse(await ran())).toMatchObject({ data: [{ id: ann, status: 'dead' }], more: false });
    expect(JSON.parse(await ran({ retry: true }))).toEqual({ retried: 1 });
  });
});
