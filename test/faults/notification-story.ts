import type { Driver } from './driver.js';
import { notificationTypes, type PlannedNotification, profileOf, USERS } from './notification-plan.js';

/** What became of one that was posted, as its client knows it. */
export interface Posted {
  readonly plan: PlannedNotification;
  /** None if it was refused. */
  readonly id: string | undefined;
  readonly sendAt?: number;
  readonly expiresAt?: number;
  /** When the cancel was answered with yes. */
  readonly cancelledAt?: number;
}

/** The path under which the application's own templates and types are made; done again it changes nothing. */
export async function prepareNotifications(driver: Driver): Promise<void> {
  const contents = {
    email: { subject: 'No {{n}}', html: '<p>This is number {{n}}.</p>' },
    sms: { text: 'This is number {{n}}.' },
    inbox: { subject: 'No {{n}}', text: 'This is number {{n}}.' },
  } as const;
  const ids = Object.fromEntries(
    await Promise.all(
      Object.entries(contents).map(async ([channel, content]): Promise<[string, string]> => {
        const made = await driver.request('POST', '/v1/templates', { name: channel, channel, ...content });
        return [channel, String(made['id'])];
      }),
    ),
  );
  const types = Object.entries(notificationTypes).map(([type, { channels, ...rest }]) => {
    const templates = Object.fromEntries(channels.map((channel) => [channel, ids[channel]]));
    return driver.request('POST', '/v1/notification-types', {
      type,
      channels,
      ...rest,
      templates,
      requiredData: ['n'],
    });
  });
  const users = Array.from({ length: USERS }, (_, user) =>
    driver.request('PUT', `/v1/users/u${user}`, profileOf(user)),
  );
  await Promise.all([...types, ...users]);
}

/** Several clients side by side. Each posts its own in their order; the first begins with a batch. */
export async function postNotifications(
  driver: Driver,
  plans: readonly PlannedNotification[],
): Promise<{ posted: Posted[]; complaints: string[] }> {
  const complaints: string[] = [];
  const clients = Map.groupBy(plans, ({ client }) => client);
  const posted = await Promise.all(
    [...clients.values()].map(async (own) => {
      const results: Posted[] = [];
      for (const plan of own) results.push(await post(driver, plan, complaints));
      return results;
    }),
  );
  return { posted: posted.flat(), complaints };
}

async function post(driver: Driver, plan: PlannedNotification, complaints: string[]): Promise<Posted> {
  const { n, type, to, orderingKey, sendInMs, expiresInMs, test, again, cancelAfterMs } = plan;
  const now = Date.now();
  const sendAt = sendInMs === undefined ? undefined : now + sendInMs;
  const expiresAt = expiresInMs === undefined ? undefined : now + expiresInMs;
  const body = {
    type,
    to,
    data: { n },
    orderingKey,
    test,
    sendAt: sendAt === undefined ? undefined : new Date(sendAt).toISOString(),
    expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt).toISOString(),
  };
  const key = driver.newKey();
  // It may have expired by the time at which a server that had died is there to be asked.
  const ask = () => driver.request('POST', '/v1/notifications', body, [422], key);
  const answers = again === 'beside' ? await Promise.all([ask(), ask()]) : [await ask()];
  if (again === 'after') answers.push(await ask());
  const [first] = answers;
  if (answers.some(({ id }) => id !== first?.['id']))
    complaints.push(`idempotency: notification ${n} was answered ${JSON.stringify(answers)}`);
  const id = first?.['id'] === undefined ? undefined : String(first['id']);
  if (id === undefined && expiresAt === undefined)
    complaints.push(`1: notification ${n} was refused: ${JSON.stringify(first)}`);
  const known = {
    plan,
    id,
    ...(sendAt !== undefined && { sendAt }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
  if (id === undefined || cancelAfterMs === undefined) return known;
  await new Promise((resolve) => setTimeout(resolve, cancelAfterMs));
  const answer = await driver.request('POST', `/v1/notifications/${id}/cancel`, undefined, [409]);
  return answer['httpStatus'] === 409 ? known : { ...known, cancelledAt: Date.now() };
}
