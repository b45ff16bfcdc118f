import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GENTLE, type Hardness } from './hardness.js';
import { InFlight } from './in-flight.js';
import { type Answer, type AttributeMap, LocalDynamo } from './local-dynamo.js';
import { Places } from './places.js';
import { cancelled, conflict, conflictReason, failed } from './refusals.js';
import { SingleWrites } from './single-writes.js';
import { TimeToLive } from './time-to-live.js';
import { Transactions } from './transactions.js';

/** Of one request: which operation, and what became of it. */
export interface DynamoCall {
  readonly operation: string;
  /** `in conflict`: really, with another write of an item of it. */
  readonly answer: 'passed on' | 'refused by a fault' | 'answer lost' | 'in conflict';
  /** What went over the wire where it was refused by a fault or in conflict. */
  readonly refusal?: Answer;
}

export interface DynamoFault {
  /** `TransactWriteItems`, `PutItem` …; undefined for each. */
  readonly operation?: string;
  /**
   * An exception of DynamoDB's by name, or, `lost`, the answer to what was done. `TransactionConflict` meets writes only: a
   * transaction is cancelled for that reason, and a single one refused by a `TransactionConflictException`.
   */
  readonly how:
    | 'ProvisionedThroughputExceededException'
    | 'ThrottlingException'
    | 'InternalServerError'
    | 'TransactionInProgressException'
    | 'TransactionConflict'
    | 'lost';
  /** Of a transaction, which of its items is in conflict, counted from 0; the first if undefined. */
  readonly item?: number;
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
  /** The indexes know all that was written until now, and readers who do not ask for consistency as well. */
  catchUp(): void;
  /** TTL takes what is over at that moment, and not before it is told to. @returns how many items those were */
  expire(now: number): Promise<number>;
  /** Items of a table, as DynamoDB's JSON, for a checker's eye: no door of the product scans. */
  scan(table: string): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

/**
 * DynamoDB over HTTP: dynalite's operations, and what dynalite lacks: `TransactWriteItems`, `TransactGetItems`,
 * `UpdateTimeToLive`, and faults. A transaction holds up every other request while it runs, so nobody sees half of it.
 * How hard it is otherwise, {@link Hardness} says.
 */
export async function startFakeDynamo(hardness: Hardness = GENTLE): Promise<FakeDynamo> {
  const calls: DynamoCall[] = [];
  const hearers = new Set<(record: InsertedRecord) => void>();
  const faults: { left: number; passed: number; readonly fault: DynamoFault }[] = [];
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const local = new LocalDynamo(hardness);
  const places = new Places(local);
  const inFlight = hardness.conflicts ? new InFlight() : undefined;
  const transactions = new Transactions(local, places, inFlight);
  const writes = inFlight && new SingleWrites(inFlight, places);
  const timeToLive = new TimeToLive(local, places);

  const faultFor = (operation: string): DynamoFault | undefined => {
    const possible = faults.filter(
      ({ left, fault }) =>
        left > 0 && (fault.operation ?? operation) === operation && canMeet(fault, operation),
    );
    for (const one of possible) one.passed += 1;
    const planned = possible.find(({ passed, fault }) => passed % (fault.every ?? 1) === 0);
    if (planned) planned.left -= 1;
    return planned?.fault;
  };

  const ask = async (operation: string, text: string): Promise<Answer | 'lost'> => {
    const fault = faultFor(operation);
    if (fault && fault.how !== 'lost') {
      const refusal = refused(fault, operation, text);
      calls.push({ operation, answer: 'refused by a fault', refusal });
      return refusal;
    }
    const at = calls.push({ operation, answer: fault ? 'answer lost' : 'passed on' }) - 1;
    const answer = await answerTo(operation, text);
    if (answer.status === 200 && hearers.size > 0)
      for (const record of insertedBy(operation, text)) for (const hear of hearers) hear(record);
    if (!fault && isConflict(answer)) calls[at] = { operation, answer: 'in conflict', refusal: answer };
    return fault ? 'lost' : answer;
  };
  const answerTo = async (operation: string, text: string): Promise<Answer> => {
    local.step();
    if (transactions.serves(operation)) return transactions.answer(operation, text);
    const input = JSON.parse(text) as AttributeMap;
    if (timeToLive.serves(operation)) return timeToLive.answer(operation, input);
    if (writes?.serves(operation)) return writes.answer(operation, input, (free) => alone(operation, free));
    return alone(operation, input);
  };
  const alone = async (operation: string, input: AttributeMap): Promise<Answer> => {
    await transactions.idle();
    return local.call(operation, input);
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
    catchUp: () => local.catchUp(),
    expire: (now) => timeToLive.expire(now),
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

/** Reads are in nobody's way, and a batch is answered item by item. */
function canMeet({ how }: DynamoFault, operation: string): boolean {
  if (how === 'TransactionInProgressException') return operation === 'TransactWriteItems';
  if (how !== 'TransactionConflict') return true;
  return ['TransactWriteItems', 'PutItem', 'UpdateItem', 'DeleteItem'].includes(operation);
}

function refused({ how, item = 0 }: DynamoFault, operation: string, text: string): Answer {
  if (how !== 'TransactionConflict') return failed(how, 'Planned.');
  if (operation !== 'TransactWriteItems') return conflict();
  const { TransactItems } = JSON.parse(text) as { TransactItems: unknown[] };
  return cancelled(TransactItems.map((_, at) => (at === item ? conflictReason() : { Code: 'None' })));
}

function isConflict({ status, body }: Answer): boolean {
  if (status !== 400) return false;
  const reasons = (body['CancellationReasons'] ?? []) as { Code: string }[];
  const isReason = reasons.some(({ Code }) => Code === 'TransactionConflict');
  return isReason || String(body['__type']).endsWith('#TransactionConflictException');
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
