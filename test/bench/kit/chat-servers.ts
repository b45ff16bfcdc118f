import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { BareSocketsOrders, BareSocketsReport } from '../contestants/bare-sockets.js';
import type { LineOrders } from '../contestants/line.js';
import { Contestant, type Usage } from './child.js';
import type { Lag } from './lag-probe.js';
import { Posthorn, TOKEN_SECRET } from './posthorn.js';
import { ProcessMeter } from './process-meter.js';
import { XmppServer } from './xmpp-servers.js';

/** A contestant that people talk through, started for one run. */
export interface ChatServer {
  /** How a client comes to it. */
  readonly line: LineOrders;
  readonly meter: ProcessMeter;
  /** How late its serving event loop was since this was asked last; undefined of what has none. */
  lag(): Promise<Lag | undefined>;
  /** Ends it. @returns how many messages it has kept; undefined if it keeps none, or its clients count them */
  stop(): Promise<number | undefined>;
}

export async function posthornChat(profileTo: string | undefined): Promise<ChatServer> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-chat-'));
  const dataDir = join(folder, 'data');
  const server = await Posthorn.start({ dataDir, unmetered: true, chat: true, profileTo });
  const workspace = await server.api.workspace();
  return {
    line: { kind: 'posthorn', port: server.port, tokenSecret: TOKEN_SECRET, workspace },
    meter: server.meter,
    lag: () => server.lag(),
    stop: async () => {
      await server.stop();
      const kept = messagesIn(join(dataDir, 'posthorn.db'));
      rmSync(folder, { recursive: true });
      return kept;
    },
  };
}

export async function bareSockets(
  profileTo: string | undefined,
  orders: BareSocketsOrders = {},
): Promise<ChatServer> {
  const server = Contestant.start('bare-sockets', orders, { profileTo });
  const { port } = await server.hear<{ port: number }>();
  return {
    line: { kind: 'socket.io', port },
    meter: new ProcessMeter(server.pid),
    lag: async () => (await server.ask<BareSocketsReport>({})).lag,
    stop: async () => {
      await server.end<Usage>();
      return undefined;
    },
  };
}

/** Undefined where it is not installed. */
export async function xmppChat(which: 'ejabberd' | 'prosody'): Promise<ChatServer | undefined> {
  const server = await XmppServer[which]();
  if (!server) return undefined;
  return {
    line: { kind: 'xmpp', port: server.port },
    meter: server.meter,
    lag: () => Promise.resolve(undefined),
    stop: async () => {
      await server.stop();
      return undefined;
    },
  };
}

function messagesIn(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true });
  const row = db.prepare('SELECT count(*) AS rows FROM chat_messages').get() as { rows: number };
  db.close();
  return row.rows;
}
