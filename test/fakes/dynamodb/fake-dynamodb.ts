import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, LocalDynamo } from './local-dynamo.js';
import { Transactions } from './transactions.js';

/** Of one request: which operation, and what became of it. */
export interface DynamoCall {
  readonly operation: string;
  readonly answer: 'passed on' | 'refused by a fault' | 'answer lost';
}

export interface DynamoFault {
  /** `TransactWriteItems`, `PutItem` …; undefined for each. */
  readonly operation?: string;
  /** An exception of DynamoDB's by name, or, `lost`, the answer to what was done. */
  readonly how:
    'ProvisionedThroughputExceededException' | 'ThrottlingException' | 'InternalServerError' | 'lost';
  readonly times: number;
  /** Of the requests that it could meet, each so-many-th; each one if undefined. */
  readonly every?: number;
}

export interface InsertedRecord {
  readonly eventName: 'INSERT';
  readonly dynamodb: { readonly NewImage: Readonly<Record<string, unknown>> };
}

export interface FakeDynamo {
  readonly url: string;
  /** What a request over HTTP gets, without the way there and back; `lost`, there is no answer. */
  ask(operation: string, body: string): Promise<Answer | 'lost'>;
  /** Meets the next requests, in the order in which the faults were planned. */
  plan(fault: DynamoFault): void;
  journal(): readonly DynamoCall[];
  /** Told of each item that was put where there was none, at least once and in no order, as the stream of its table has it. */
  onInserted(hear: (record: InsertedRecord) => void): void;
  /** Items of a table, as DynamoDB's JSON, for a checker's eye: no door of the product scans. */
  scan(table: string): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

/**
 * DynamoDB over HTTP: dynalite's operations, and what dynalite lacks: `TransactWriteItems`, `TransactGetItems`,
 * `UpdateTimeToLive`, and faults. A transaction holds up every other request while it runs, so nobody sees half of it.
 */
export async function startFakeDynamo(): Promise<FakeDynamo> {
  const calls: DynamoCall[] = [];
  const hearers = new Set<(record: InsertedRecord) => void>();
  const faults: { left: number; passed: number; readonly fault: DynamoFault }[] = [];
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const local = new LocalDynamo();
  const transactions = new Transactions(local);

  const faultFor = (operation: string): DynamoFault | undefined => {
    const possible = faults.filter(
      ({ left, fault }) => left > 0 && (fault.operation ?? operation) === operation,
    );
    for (const one of possible) one.passed += 1;
    const planned = possible.find(({ passed, fault }) => passed % (fault.every ?? 1) === 0);
    if (planned) planned.left -= 1;
    return planned?.fault;
  };

  const ask = async (operation: string, text: string): Promise<Answer | 'lost'> => {
    const fault = faultFor(operation);
    if (fault && fault.how !== 'lost') {
      calls.push({ operation, answer: 'refused by a fault' });
      return refused(fault.how);
    }
    calls.push({ operation, answer: fault ? 'answer lost' : 'passed on' });
    const answer = await answerTo(operation, text);
    if (answer.status === 200 && hearers.size > 0)
      for (const record of insertedBy(operation, text)) for (const hear of hearers) hear(record);
    return fault ? 'lost' : answer;
  };
  const answerTo = async (operation: string, text: string): Promise<Answer> => {
    if (transactions.serves(operation)) return transactions.answer(operation, text);
    await transactions.idle();
    return local.call(operation, JSON.parse(text) as object);
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const operation = String(request.headers['x-amz-target'] ?? '').replace(/^.*\./, '');
    const answer = await ask(operation, await bodyOf(request));
    // It was done; the connection breaks where the answer would have come.
    if (answer === 'lost') return void response.socket?.destroy();
    response.statusCode = answer.status;
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    response.end(JSON.stringify(answer.body));
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    serve(request, response).catch((error: unknown) => {
      response.statusCode = 500;
      response.end(JSON.stringify({ __type: 'InternalServerError', message: String(error) }));
    });
  });

  return {
    url,
    ask,
    plan: (fault) => void faults.push({ left: fault.times, passed: 0, fault }),
    journal: () => calls,
    onInserted: (hear) => void hearers.add(hear),
    scan: (table) => local.scan(table),
    close: () => closeAll(server),
  };
}

interface PutRequest {
  readonly Item: Readonly<Record<string, unknown>>;
  readonly ConditionExpression?: string;
}

/** Of what was done: those puts that would have been refused had there been something. */
function insertedBy(operation: string, text: string): InsertedRecord[] {
  if (operation !== 'PutItem' && operation !== 'TransactWriteItems') return [];
  const input = JSON.parse(text) as PutRequest & { readonly TransactItems?: { readonly Put?: PutRequest }[] };
  const puts = input.TransactItems?.flatMap(({ Put }) => Put ?? []) ?? [input];
  return puts
    .filter(({ ConditionExpression }) => ConditionExpression === 'attribute_not_exists(pk)')
    .map(({ Item }) => ({ eventName: 'INSERT', dynamodb: { NewImage: Item } }));
}

function refused(name: string): Answer {
  const status = name === 'InternalServerError' ? 500 : 400;
  return { status, body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'Planned.' } };
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

async function closeAll(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
