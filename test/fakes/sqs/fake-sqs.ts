import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildApp } from 'fauxqs';

/**
 * What befalls messages as they are sent. `lost`: SQS says that it took them, and nobody receives them. `duplicated`: each is there twice.
 * `reordered`: held until others have been sent, and behind these. `delayed`: held until `release`.
 */
export type SqsFault = 'lost' | 'duplicated' | 'reordered' | 'delayed';

export interface SqsCall {
  readonly operation: string;
  readonly fault?: SqsFault;
}

export interface FakeSqs {
  readonly url: string;
  /** For the next batches of messages that are sent, in this order; `none` of them is let through as it is. */
  plan(fault: SqsFault | 'none', times?: number): void;
  /** Lets go what is held. */
  release(): Promise<void>;
  journal(): readonly SqsCall[];
  close(): Promise<void>;
}

interface Batch {
  readonly QueueUrl: string;
  readonly Entries: readonly { readonly Id: string; readonly MessageBody: string }[];
}

interface Asked {
  readonly operation: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** SQS over HTTP: fauxqs, and before it what may happen to messages on standard queues, at the test's bidding. */
export async function startFakeSqs(): Promise<FakeSqs> {
  const app = buildApp({ logger: false });
  const calls: SqsCall[] = [];
  const faults: (SqsFault | 'none')[] = [];
  const held: { readonly asked: Asked; readonly how: 'reordered' | 'delayed' }[] = [];

  const pass = (asked: Asked) =>
    app.inject({ method: 'POST', url: '/', headers: asked.headers, payload: asked.body });
  const letGo = async (which: (how: string) => boolean): Promise<void> => {
    const free = held.filter(({ how }) => which(how)).reverse();
    for (const one of free) held.splice(held.indexOf(one), 1);
    for (const { asked } of free) await pass(asked);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = await askedBy(request);
    const { operation } = asked;
    const planned = operation === 'SendMessageBatch' ? faults.shift() : undefined;
    const fault = planned === 'none' ? undefined : planned;
    calls.push({ operation, ...(fault && { fault }) });
    if (fault === 'reordered' || fault === 'delayed') held.push({ asked, how: fault });
    if (fault && fault !== 'duplicated') return answer(response, 200, taken(asked.body));
    if (fault === 'duplicated') await pass(asked);
    const { statusCode, body } = await pass(asked);
    if (operation === 'SendMessageBatch') await letGo((how) => how === 'reordered');
    answer(response, statusCode, body);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => answer(response, 500, JSON.stringify(String(error))));
  });
  await app.ready();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    plan: (fault, times = 1) => void faults.push(...Array<SqsFault | 'none'>(times).fill(fault)),
    release: () => letGo(() => true),
    journal: () => calls,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await app.close();
    },
  };
}

async function askedBy(request: IncomingMessage): Promise<Asked> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { 'content-length': _, connection: __, ...headers } = request.headers as Record<string, string>;
  return {
    operation: String(headers['x-amz-target'] ?? '').replace(/^.*\./, ''),
    headers,
    body: Buffer.concat(parts).toString('utf8'),
  };
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/x-amz-json-1.0');
  response.end(body);
}

/** As SQS says that it took them; whoever sent them compares the digests. */
function taken(body: string): string {
  const { Entries } = JSON.parse(body) as Batch;
  const Successful = Entries.map(({ Id, MessageBody }) => ({
    Id,
    MessageId: `held-${Id}`,
    MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
  }));
  return JSON.stringify({ Successful, Failed: [] });
}
