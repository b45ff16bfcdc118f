import { leave, orders, ownUsage, tell } from '../kit/child.js';
import { people } from '../workload/people.js';
import { BatchBody } from './batch-body.js';
import { plainMail } from './plain-mail.js';
import { ResendClient } from './resend-client.js';

export interface BareLoopOrders {
  readonly url: string;
  readonly apiKey: string;
  readonly count: number;
  /** Messages in a call; 1 posts to the endpoint for single messages. */
  readonly batch: number;
  readonly inFlight: number;
  /** Whether bodies are made mail by mail in a buffer, the fastest way known, or as anyone would write it. */
  readonly piecewise: boolean;
}

export interface BareLoopResult {
  readonly accepted: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly maxRssBytes: number;
}

/** The physical limit: recipients in memory, rendered and posted, nothing stored. A crash loses everything. */
async function run({
  url,
  apiKey,
  count,
  batch,
  inFlight,
  piecewise,
}: BareLoopOrders): Promise<BareLoopResult> {
  const recipients = people(count);
  const client = new ResendClient(url, apiKey, inFlight);
  let next = 0;
  let accepted = 0;
  const lane = async (): Promise<void> => {
    const body = piecewise ? new BatchBody() : undefined;
    while (next < count) {
      const from = next;
      next += batch;
      const mails = recipients.slice(from, from + batch).map((person, i) => plainMail(person, from + i));
      const key = `bare-${process.pid}-${from}`;
      const [mail] = mails;
      const taken =
        batch === 1 && mail ? await client.single(mail, key) : await client.batch(mails, key, body);
      accepted += taken;
    }
  };
  const before = ownUsage().cpuSeconds;
  const started = performance.now();
  await Promise.all(Array.from({ length: inFlight }, lane));
  const seconds = (performance.now() - started) / 1000;
  await client.close();
  const { cpuSeconds, maxRssBytes } = ownUsage();
  return { accepted, seconds, cpuSeconds: cpuSeconds - before, maxRssBytes };
}

tell(await run(orders<BareLoopOrders>()));
leave();
