import type { Outcome } from '#domain/delivery/model/outcome.js';
import { all, ScriptedProvider } from '#test/support/delivery/scripted-provider.js';
import type { DeliveryServer } from './delivery-server.js';

/** Makes a template and answers its id. */
export async function aTemplate(server: DeliveryServer, parts: object = {}, key?: string): Promise<string> {
  const body = { name: 'Receipt', subject: 'Hello {{name}}', html: '<p>Hello {{name}}</p>', ...parts };
  const answer = await server.as(key).post('/v1/templates').send(body).expect(201);
  return (answer.body as { id: string }).id;
}

/** Sends one test mail and answers its delivery's id. */
export async function aTestMail(
  server: DeliveryServer,
  to: string,
  { template = {}, data = { name: 'Ann' } as object, key = undefined as string | undefined } = {},
): Promise<string> {
  const templateId = await aTemplate(server, template, key);
  const answer = await server
    .as(key)
    .post(`/v1/templates/${templateId}/test-send`)
    .send({ to, data })
    .expect(202);
  return (answer.body as { id: string }).id;
}

export const refused: Outcome = { kind: 'unavailable', reason: 'connection refused' };

/** A provider that takes no call until it is told to: its messages die of it. */
export function aDeadProvider(name = 'resend'): ScriptedProvider {
  return new ScriptedProvider(name).answer(all(refused));
}
