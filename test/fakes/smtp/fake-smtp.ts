import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { ADMIN_BODY_LIMIT, administer } from '../kit/admin.js';
import { fakeOf, type Fake } from '../kit/fake.js';
import { HttpCall } from '../kit/http-call.js';
import { listenHttp, readBody, write } from '../kit/http-server.js';
import { FakeState, type FakeOptions } from '../kit/state.js';
import { LOCALHOST_CERTIFICATE } from './localhost-certificate.js';
import { SmtpSessions, type SmtpAccount } from './smtp-sessions.js';

export interface FakeSmtpOptions extends FakeOptions, SmtpAccount {
  /** Where `/__fake/…` answers, over HTTP. Default 0: a free one. */
  adminPort?: number;
  /** Offer STARTTLS, with this certificate or with one for `localhost` that nobody signed. */
  startTls?: boolean | { key: string; cert: string };
  /** Bytes. Default 30 MB. */
  maxSize?: number;
}

/** A submission server: AUTH, pipelined and pooled connections, one reply per recipient. */
export async function startFakeSmtp(options: FakeSmtpOptions = {}): Promise<Fake> {
  const state = new FakeState('smtp', options);
  const server: SMTPServer = new SMTPServer(
    serverOptions(options, new SmtpSessions(state, options, socketOf)),
  );
  function socketOf(sessionId: string) {
    return [...server.connections].find(({ id }) => id === sessionId)?._socket;
  }
  // A client that goes away in mid-session is what half of the tests are about.
  server.on('error', () => undefined);
  const net = await new Promise<AddressInfo>((resolve, reject) => {
    server.server.once('error', reject);
    const listening = server.listen(options.port ?? 0, '127.0.0.1', () =>
      resolve(listening.address() as AddressInfo),
    );
  });
  const admin = await listenHttp(options.adminPort ?? 0, (request, response) => {
    readBody(request, ADMIN_BODY_LIMIT, (body) => {
      write(response, body ? administer(state, new HttpCall('', request, body)) : { status: 413 });
    });
  });
  return fakeOf(state, {
    url: `smtp://127.0.0.1:${net.port}`,
    port: net.port,
    adminUrl: admin.url,
    close: async () => {
      await admin.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const { _socket } of [...server.connections]) _socket.destroy();
      });
    },
  });
}

function serverOptions(options: FakeSmtpOptions, sessions: SmtpSessions): SMTPServerOptions {
  const { startTls, auth, maxSize = 30 * 1024 * 1024 } = options;
  return {
    name: 'fake.invalid',
    banner: randomBytes(4).toString('hex'),
    size: maxSize,
    disabledCommands: [...(startTls ? [] : ['STARTTLS']), ...(auth === 'off' ? ['AUTH'] : [])],
    ...(startTls === true ? LOCALHOST_CERTIFICATE : startTls || {}),
    authOptional: auth === 'off',
    allowInsecureAuth: true,
    disableReverseLookup: true,
    // The replies carry their own enhanced codes, so that a script can name any.
    hideENHANCEDSTATUSCODES: true,
    socketTimeout: 10 * 60_000,
    onConnect: (session, callback) => sessions.connect(session, callback),
    onAuth: (login, session, callback) => sessions.auth(login, session, callback),
    onMailFrom: (address, session, callback) => sessions.mailFrom(address.address, session, callback),
    onRcptTo: (address, session, callback) => sessions.rcptTo(address.address, session, callback),
    onData: (stream, session, callback) => sessions.data(stream, session, callback),
    onClose: (session) => sessions.closed(session),
  };
}
