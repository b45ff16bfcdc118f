import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SmtpFailure, SmtpStage } from './classify-smtp.js';
import type { MimeMessage } from './mime-message.js';
import type { SmtpServer } from './smtp-url.js';

/** nodemailer's errors, as far as they are looked at. */
interface SmtpError extends Error {
  readonly code?: string | undefined;
  readonly originalCode?: string | undefined;
  readonly command?: string | undefined;
  readonly response?: string | undefined;
}

export type Sent =
  | { readonly ok: true; readonly messageId: string | undefined }
  | { readonly ok: false; readonly failure: SmtpFailure };

/** How long a server may take to answer QUIT or RSET before the connection is cut. */
const FAREWELL_MS = 2_000;

/** One connection to the server, logged in, good for one message after the other. */
export class SmtpSession {
  readonly #connection: SMTPConnection;
  #messages = 0;
  #gone = false;
  /** The last transaction was refused, and the server still remembers it. */
  #unfinished = false;
  /** Fails whatever is under way when the connection does. */
  #interrupt: ((error: SmtpError) => void) | undefined;

  private constructor(connection: SMTPConnection) {
    this.#connection = connection;
    connection.on('error', (error: SmtpError) => this.#interrupt?.(error));
    connection.on('end', () => {
      this.#gone = true;
      // After a 421 nodemailer closes first and then fails the message with the reply, which says more than this does.
      queueMicrotask(() => this.#interrupt?.(new Error('the server closed the connection')));
    });
  }

  /** Connects and logs in. */
  static async open(
    server: SmtpServer,
    timeoutMs: number,
  ): Promise<{ session: SmtpSession } | { failure: SmtpFailure }> {
    const session = new SmtpSession(
      // Our own timer covers all of it; these are so that nodemailer's longer ones leave nothing behind.
      new SMTPConnection({
        ...server.options,
        connectionTimeout: timeoutMs,
        greetingTimeout: timeoutMs,
        logger: false,
      }),
    );
    const failure = await session.#within(timeoutMs, (done) => session.#connect(server, done));
    if (failure === undefined) return { session };
    session.cut();
    const stage = failure.code === 'EAUTH' || failure.command?.startsWith('AUTH') ? 'auth' : 'connect';
    return { failure: failureOf(failure, stage, false) };
  }

  /** False once the connection is of no use any more. */
  get alive(): boolean {
    return !this.#gone;
  }

  /** Messages tried over this connection. */
  get messages(): number {
    return this.#messages;
  }

  /** One transaction. After a refusal the session can `recover`; after silence or nonsense it is cut. */
  async send({ from, to, bytes }: MimeMessage, timeoutMs: number): Promise<Sent> {
    this.#messages += 1;
    // nodemailer asks for the bytes once the server has said 354, and writes the final dot after their end.
    const source = new Readable({
      read() {
        this.push(bytes);
        this.push(null);
      },
    });
    let messageId: string | undefined;
    const error = await this.#within(timeoutMs, (done) =>
      this.#connection.send({ from, to: [to], size: bytes.length }, source, (failed, info) => {
        messageId = info?.serverMessageId;
        done(failed ?? undefined);
      }),
    );
    if (error === undefined) return { ok: true, messageId };
    const failure = failureOf(error, stageOf(error, source.readableDidRead), source.readableEnded);
    this.#unfinished = true;
    if (!/^[45]\d\d/.test(failure.reply ?? '') || failure.reply?.startsWith('421')) this.cut();
    return { ok: false, failure };
  }

  /** Ends a transaction that the server refused, so that the next one starts afresh. */
  async recover(): Promise<void> {
    if (!this.#unfinished || this.#gone) return;
    const error = await this.#within(FAREWELL_MS, (done) =>
      this.#connection.reset((failed) => done(failed ?? undefined)),
    );
    if (error) this.cut();
    else this.#unfinished = false;
  }

  /** Says goodbye and waits for nothing. */
  quit(): void {
    if (this.#gone) return;
    this.#gone = true;
    const timer = setTimeout(() => this.#connection.close(), FAREWELL_MS).unref();
    this.#connection.once('end', () => clearTimeout(timer));
    this.#connection.quit();
  }

  cut(): void {
    this.#gone = true;
    this.#connection.close();
  }

  #connect({ login }: SmtpServer, done: (error?: SmtpError) => void): void {
    this.#connection.connect((error) => {
      if (error || !login || !this.#connection.allowsAuth) return done(error);
      this.#connection.login({ ...login, credentials: login }, (refused) => done(refused ?? undefined));
    });
  }

  /** Runs one step to its end, to the end of the connection, or to the end of its time. */
  #within(ms: number, step: (done: (error?: SmtpError) => void) => void): Promise<SmtpError | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => end(new Error(`no reply within ${ms} ms`)), ms);
      const end = (error?: SmtpError): void => {
        clearTimeout(timer);
        this.#interrupt = undefined;
        resolve(error);
      };
      this.#interrupt = end;
      if (this.#gone) end(new Error('the connection is closed'));
      else step(end);
    });
  }
}

function failureOf(error: SmtpError, stage: SmtpStage, dotSent: boolean): SmtpFailure {
  return { stage, reply: error.response, reason: error.originalCode ?? error.code ?? error.message, dotSent };
}

function stageOf({ command = '' }: SmtpError, sending: boolean): SmtpStage {
  if (command === 'MAIL FROM') return 'mail';
  if (command === 'RCPT TO') return 'rcpt';
  return command === 'DATA' || sending ? 'data' : 'mail';
}
