import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { DatabaseSync } from 'node:sqlite';
import { stores } from '../stores.js';
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

/** A transaction takes no more work after this long, so that an urgent request waits for one of them at most. */
const TRANSACTION_BUDGET_MS = 10;
/** Asks that a procedure is given at once: as many take two or three milliseconds. */
const TOGETHER_AT_MOST = 64;

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

function nextOne(): Waiting | undefined {
  return urgent.shift() ?? ordinary.shift();
}

/** What is done next: one ask, or all that wait for a procedure that takes them together. */
function next(): readonly Waiting[] {
  const queue = urgent.length > 0 ? urgent : ordinary;
  const first = queue.shift();
  if (!first) return [];
  if (!procedureOf(first.ask)?.together) return [first];
  const alike = [first];
  for (let at = 0; at < queue.length && alike.length < TOGETHER_AT_MOST;) {
    const one = queue[at];
    if (one?.ask.store === first.ask.store && one.ask.procedure === first.ask.procedure) {
      alike.push(one);
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

/** One group: every answer leaves after the commit that makes it true. */
function commitGroup(): void {
  const group: Waiting[] = [];
  const answers: Answer[] = [];
  const deadline = performance.now() + TRANSACTION_BUDGET_MS;
  try {
    db.exec('BEGIN IMMEDIATE');
    for (let some = next(); some.length > 0; some = performance.now() < deadline ? next() : []) {
      group.push(...some);
      const values = performAll(some.map(({ ask }) => ask));
      some.forEach(({ ask }, index) => answers.push({ id: ask.id, ok: true, value: values[index] }));
    }
    book.close();
    db.exec('COMMIT');
  } catch {
    undo();
    // One of them is at fault (or the disk is): alone, each gets its own transaction and its own answer.
    for (const one of group) answerAlone(one);
    return;
  }
  for (const [port, theirs] of Map.groupBy(group.keys(), (index) => group[index]?.port)) {
    const answered = theirs.flatMap((index) => answers[index] ?? []);
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
  if ('connect' in message) listen(message.connect);
  else if ('close' in message) close();
  else if ('asks' in message) {
    for (const ask of message.asks) (ask.urgent ? urgent : ordinary).push({ port, ask });
  }
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
    if (urgent.length + ordinary.length === 0) return;
    if (options.mode === 'writer') commitGroup();
    else
      for (let one = nextOne(); one; one = nextOne())
        one.port.postMessage({ answers: [attempt(one.ask)] } satisfies FromStorage);
  }
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
  db.close();
  parent.postMessage({ closed: true } satisfies FromStorage);
  for (const port of ports) port.close();
}

listen(parent);
parent.postMessage({ ready: true } satisfies FromStorage);
