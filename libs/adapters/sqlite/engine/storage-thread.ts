import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { DatabaseSync } from 'node:sqlite';
import { stores } from '../stores.js';
import { CommitBook } from './commit-book.js';
import { openReader, openWriter, StoreConnection } from './connection.js';
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

function perform(ask: Ask): unknown {
  const procedure: Procedure | undefined = procedures.get(ask.store)?.[ask.procedure];
  const connection = connections.get(ask.store);
  if (!procedure || !connection)
    throw new Error(`No ${options.mode} procedure ${ask.store}.${ask.procedure}`);
  return procedure(connection, ask.args as never);
}

function attempt(ask: Ask): Answer {
  try {
    return { id: ask.id, ok: true, value: perform(ask) };
  } catch (error) {
    return { id: ask.id, ok: false, error: toWire(error) };
  }
}

function next(): Waiting | undefined {
  return urgent.shift() ?? ordinary.shift();
}

/** One group: every answer leaves after the commit that makes it true. */
function commitGroup(): void {
  const group: Waiting[] = [];
  const answers: Answer[] = [];
  const deadline = performance.now() + TRANSACTION_BUDGET_MS;
  try {
    db.exec('BEGIN IMMEDIATE');
    for (let one = next(); one; one = performance.now() < deadline ? next() : undefined) {
      group.push(one);
      answers.push({ id: one.ask.id, ok: true, value: perform(one.ask) });
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
      for (let one = next(); one; one = next())
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
