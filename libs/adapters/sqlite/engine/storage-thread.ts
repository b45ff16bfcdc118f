import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { DatabaseSync } from 'node:sqlite';
import { stores } from '../stores.js';
import { Checkpoints } from './checkpoints.js';
import { CommitBook } from './commit-book.js';
import { inOneSnapshot, openReader, openWriter, StoreConnection } from './connection.js';
import { migrate, readMigrations } from './migrate.js';
import type { Procedure, Procedures, Signal } from './store.js';
import { type Answer, type Ask, type FromStorage, toWire, type ToStorage } from './wire.js';

/**
 * One storage thread: it owns one connection and runs procedures for every thread that asks. The writer groups
 * commits: whatever has gathered while the last fsync ran shares the next one.
 */
export interface StorageThreadOptions {
  readonly file: string;
  readonly mode: 'writer' | 'reader';
  readonly migrations: string;
}

/** A transaction takes no more work after this long. */
const TRANSACTION_BUDGET_MS = 10;
/** So much of every other transaction belongs to what is not urgent, however much that is urgent comes. */
const ORDINARY_SLICE_MS = 4;
/** Asks that a procedure is given at once: as many take two or three milliseconds. */
const TOGETHER_AT_MOST = 64;
/** Rows that they are about: nothing urgent gets in between. */
const ROWS_AT_MOST = 400;

interface Waiting {
  readonly port: MessagePort;
  readonly ask: Ask;
}

const options = workerData as StorageThreadOptions;
if (!parentPort) throw new Error('This file runs as a worker thread.');
const parent: MessagePort = parentPort;
const ports: MessagePort[] = [];
const urgent: Waiting[] = [];
const ordinary: Waiting[] = [];
const signals = new Set<Signal>();
/** Messages that came within a transaction and can wait for its end. */
const afterwards: ToStorage[] = [];
/** The last transaction had something urgent to do, and no time for the rest. */
let passedOver = false;

function start(): DatabaseSync {
  if (options.mode === 'reader') return openReader(options.file);
  const writer = openWriter(options.file);
  migrate(writer, readMigrations(new URL(options.migrations)));
  return writer;
}

await new Promise((resolve) => parent.once('message', resolve));
let db: DatabaseSync;
try {
  db = start();
} catch (error) {
  parent.postMessage({ fatal: toWire(error) } satisfies FromStorage);
  throw error;
}
const checkpoints = options.mode === 'writer' ? new Checkpoints(db, options.file) : undefined;
const book = new CommitBook();
const connections = new Map(
  stores.map((store) => [store.name, new StoreConnection(db, store, signals, book)]),
);
const procedures = new Map<string, Procedures>(
  stores.map((store) => [store.name, options.mode === 'writer' ? store.writes : store.reads]),
);

function procedureOf(ask: Ask): Procedure | undefined {
  return procedures.get(ask.store)?.[ask.procedure];
}

function perform(ask: Ask): unknown {
  const procedure = procedureOf(ask);
  const connection = connections.get(ask.store);
  if (!procedure || !connection)
    throw new Error(`No ${options.mode} procedure ${ask.store}.${ask.procedure}`);
  return procedure(connection, ask.args as never);
}

function attempt(ask: Ask): Answer {
  try {
    return { id: ask.id, ok: true, value: inOneSnapshot(db, () => perform(ask)) };
  } catch (error) {
    return { id: ask.id, ok: false, error: toWire(error) };
  }
}

/** What of a queue is done next: one ask, or all that wait for a procedure that takes them together. */
function next(queue: Waiting[]): readonly Waiting[] {
  const first = queue.shift();
  if (!first) return [];
  const procedure = procedureOf(first.ask);
  if (!procedure?.together) return [first];
  const rowsOf = ({ ask }: Waiting): number => procedure.weigh?.(ask.args as never) ?? 1;
  const alike = [first];
  let rows = rowsOf(first);
  for (let at = 0; at < queue.length && alike.length < TOGETHER_AT_MOST && rows < ROWS_AT_MOST;) {
    const one = queue[at];
    if (one?.ask.store === first.ask.store && one.ask.procedure === first.ask.procedure) {
      alike.push(one);
      rows += rowsOf(one);
      queue.splice(at, 1);
    } else at += 1;
  }
  return alike;
}

function performAll(asks: readonly Ask[]): readonly unknown[] {
  const [first] = asks;
  if (!first) return [];
  const many = asks.length > 1 ? procedureOf(first)?.together : undefined;
  const connection = connections.get(first.store);
  if (!many || !connection) return asks.map(perform);
  return many(connection, asks.map(({ args }) => args) as never[]);
}

/** Those that were performed, with what they are answered once that is true. */
interface Group {
  readonly asks: Waiting[];
  readonly answers: Answer[];
}

function performNext(queue: Waiting[], { asks, answers }: Group): void {
  const some = next(queue);
  asks.push(...some);
  const values = performAll(some.map(({ ask }) => ask));
  some.forEach(({ ask }, index) => answers.push({ id: ask.id, ok: true, value: values[index] }));
}

/** Those that wait now: of those that come meanwhile there might be no end. */
function performUrgent(group: Group): void {
  const until = performance.now() + TRANSACTION_BUDGET_MS;
  while (urgent.length > 0 && performance.now() < until) performNext(urgent, group);
}

/**
 * What is urgent waits for no more than the procedure that runs when it comes, and its own commit: nothing else is done
 * first, and nothing after it. A stream of urgent asks would keep all others out; hence every other transaction of such a
 * stream has room for them.
 */
function performGroup(group: Group): void {
  performUrgent(group);
  const owed = passedOver ? ORDINARY_SLICE_MS : 0;
  const most = group.asks.length > 0 ? owed : TRANSACTION_BUDGET_MS;
  const from = performance.now();
  let spent = 0;
  while (ordinary.length > 0 && spent < most) {
    performNext(ordinary, group);
    spent = performance.now() - from;
    drainPorts();
    if (urgent.length > 0 && spent >= owed) break;
  }
  passedOver = ordinary.length > 0 && spent < ORDINARY_SLICE_MS;
  performUrgent(group);
}

/** One group: every answer leaves after the commit that makes it true. */
function commitGroup(): void {
  const group: Group = { asks: [], answers: [] };
  try {
    db.exec('BEGIN IMMEDIATE');
    performGroup(group);
    book.close();
    db.exec('COMMIT');
  } catch {
    undo();
    // One of them is at fault (or the disk is): alone, each gets its own transaction and its own answer.
    for (const one of group.asks) answerAlone(one);
    return;
  }
  for (const [port, theirs] of Map.groupBy(group.asks.keys(), (index) => group.asks[index]?.port)) {
    const answered = theirs.flatMap((index) => group.answers[index] ?? []);
    port?.postMessage({ answers: answered } satisfies FromStorage);
  }
  tellSignals();
}

function answerAlone(one: Waiting): void {
  let answer: Answer;
  try {
    db.exec('BEGIN IMMEDIATE');
    const value = perform(one.ask);
    book.close();
    db.exec('COMMIT');
    answer = { id: one.ask.id, ok: true, value };
  } catch (error) {
    undo();
    answer = { id: one.ask.id, ok: false, error: toWire(error) };
  }
  one.port.postMessage({ answers: [answer] } satisfies FromStorage);
  tellSignals();
}

function undo(): void {
  signals.clear();
  book.forget();
  if (db.isTransaction) db.exec('ROLLBACK');
}

function tellSignals(): void {
  if (signals.size === 0) return;
  const message: FromStorage = { signals: [...signals] };
  signals.clear();
  for (const port of ports) port.postMessage(message);
}

function gather(port: MessagePort, message: ToStorage): void {
  if ('asks' in message) for (const ask of message.asks) (ask.urgent ? urgent : ordinary).push({ port, ask });
  else if (db.isTransaction) afterwards.push(message);
  else if ('connect' in message) listen(message.connect);
  else if ('close' in message) close();
}

function drainPorts(): void {
  for (const port of [...ports]) {
    for (let got = receiveMessageOnPort(port); got; got = receiveMessageOnPort(port)) {
      gather(port, got.message as ToStorage);
    }
  }
}

function serve(): void {
  for (;;) {
    drainPorts();
    for (const message of afterwards.splice(0)) gather(parent, message);
    if (urgent.length + ordinary.length === 0) return;
    if (options.mode === 'writer') commitGroup();
    else readNext();
    checkpoints?.afterCommit();
  }
}

/** One at a time: what is urgent and comes meanwhile goes before the others that wait. */
function readNext(): void {
  const one = urgent.shift() ?? ordinary.shift();
  one?.port.postMessage({ answers: [attempt(one.ask)] } satisfies FromStorage);
}

function listen(port: MessagePort): void {
  ports.push(port);
  port.on('message', (message: ToStorage) => {
    gather(port, message);
    serve();
  });
  port.on('close', () => {
    const at = ports.indexOf(port);
    if (at >= 0) ports.splice(at, 1);
  });
}

function close(): void {
  while (urgent.length + ordinary.length > 0 && options.mode === 'writer') commitGroup();
  checkpoints?.close();
  db.close();
  parent.postMessage({ closed: true } satisfies FromStorage);
  for (const port of ports) port.close();
}

listen(parent);
parent.postMessage({ ready: true } satisfies FromStorage);
