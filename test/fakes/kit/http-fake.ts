import type { IncomingMessage, ServerResponse } from 'node:http';
import { ADMIN_BODY_LIMIT, ADMIN_PREFIX, administer } from './admin.js';
import { fakeOf, type Fake } from './fake.js';
import type { Ticket, Verdict } from './faults.js';
import { HttpCall, type Answer } from './http-call.js';
import { listenHttp, passBody, readBody, write } from './http-server.js';
import type { HttpVendor, Outcome, Refusal } from './http-vendor.js';
import { MarkCounter } from './mark-counter.js';
import type { FakeState } from './state.js';

const NOTHING = Buffer.alloc(0);

/** Serves a vendor's wire with the kit's journal, faults and mails around it. */
export async function startHttpFake<S>(vendor: HttpVendor<S>, state: FakeState, port = 0): Promise<Fake> {
  const front = new HttpFront(vendor, state);
  const listening = await listenHttp(
    port,
    (request, response) => front.take(request, response),
    () => state.count('connections'),
  );
  return fakeOf(state, { ...listening, adminUrl: listening.url });
}

/**
 * The way of a send call: numbered, read, put in the journal, judged by the fault plan, then by the vendor's own rules,
 * its acceptances on disk, and only then answered (or not, if the plan says so).
 */
class HttpFront<S> {
  readonly #vendor: HttpVendor<S>;
  readonly #state: FakeState;

  constructor(vendor: HttpVendor<S>, state: FakeState) {
    this.#vendor = vendor;
    this.#state = state;
  }

  take(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? '';
    if (url.startsWith(ADMIN_PREFIX)) {
      this.#look(request, response, ADMIN_BODY_LIMIT, (call) => administer(this.#state, call));
    } else if (this.#vendor.isSend(request.method ?? '', url)) {
      this.#send(request, response);
    } else {
      this.#state.count('queries');
      this.#look(request, response, this.#vendor.maxBodyBytes, (call) => this.#vendor.query(call));
    }
  }

  #look(
    request: IncomingMessage,
    response: ServerResponse,
    max: number,
    answer: (call: HttpCall) => Answer,
  ): void {
    readBody(request, max, (body) =>
      write(response, body ? answer(new HttpCall('', request, body)) : this.#vendor.tooLarge()),
    );
  }

  #send(request: IncomingMessage, response: ServerResponse): void {
    const state = this.#state;
    const ticket = state.plan.open(state.clock.now());
    const id = state.nextCallId();
    state.started();
    response.once('close', () => state.finished());
    if (state.plan.dropsEarly(ticket)) {
      const call = new HttpCall(id, request, NOTHING);
      call.fault = state.plan.decide(ticket, []).fault;
      state.arrived(0);
      this.#drop(call, response);
    } else if (state.counting && !state.plan.looksAtRecipients(ticket)) {
      this.#count(new HttpCall(id, request, NOTHING), ticket, request, response);
    } else {
      readBody(request, this.#vendor.maxBodyBytes, (body) => {
        state.arrived(body?.length ?? 0);
        const call = new HttpCall(id, request, body ?? NOTHING);
        if (body) this.#start(call, ticket, response);
        else this.#refuse(call, response, this.#vendor.tooLarge());
      });
    }
  }

  /** Bench mode: the body goes by, its mails are counted, and nothing of it is kept. */
  #count(call: HttpCall, ticket: Ticket, request: IncomingMessage, response: ServerResponse): void {
    const counter = new MarkCounter(this.#vendor.mailMark);
    const note = this.#state.arrivals?.reader();
    passBody(
      request,
      (chunk) => {
        note?.(chunk);
        counter.push(chunk);
      },
      (bytes) => {
        this.#state.arrived(bytes);
        call.mails = counter.count;
        if (ticket.rules.rules.length > 0) this.#start(call, ticket, response);
        else this.#respond(call, response, this.#tally(call));
      },
    );
  }

  #start(call: HttpCall, ticket: Ticket, response: ServerResponse): void {
    this.#serve(call, ticket, response).catch((error: unknown) => this.#broken(call, response, error));
  }

  async #serve(call: HttpCall, ticket: Ticket, response: ServerResponse): Promise<void> {
    const state = this.#state;
    const recipients = call.mails === undefined ? this.#vendor.recipients(call) : [];
    const verdict = state.plan.decide(ticket, recipients);
    call.fault = verdict.fault;
    const { method, path } = call;
    const idempotencyKey = call.header('idempotency-key');
    // Of a call to one person it is known whom it was for, even if nothing comes of it.
    const to = recipients.length === 1 ? recipients[0] : undefined;
    state.write([
      state.line('request', call, { method, path, idempotencyKey, to, recipients: recipients.length }),
    ]);

    if (!(await this.#survives(call, verdict, response))) return;
    await this.#end(call, verdict, response, await this.#process(call, verdict));
  }

  /** Whether the call gets as far as the vendor's own rules; if not, it has met its end here. */
  async #survives(call: HttpCall, { ending, delayMs }: Verdict, response: ServerResponse): Promise<boolean> {
    if (ending.kind === 'hang' && !ending.accepted) {
      await this.#hang(call);
      if (!response.destroyed) return true;
      this.#drop(call, response);
      return false;
    }
    if (ending.kind === 'dropBeforeRead') {
      this.#drop(call, response);
      return false;
    }
    if (ending.kind === 'quota' || (ending.kind === 'status' && !ending.accepted)) {
      if (delayMs > 0) await this.#state.clock.wait(delayMs);
      this.#refuse(call, response, this.#scripted(ending, call));
      return false;
    }
    return true;
  }

  /** What the vendor itself makes of the call. When this returns, its acceptances are on disk. */
  async #process(call: HttpCall, { delayMs, rejects }: Verdict): Promise<Answer> {
    const reading = call.mails === undefined ? this.#vendor.read(call) : undefined;
    if (delayMs > 0) await this.#state.clock.wait(delayMs);
    if (!reading) return this.#tally(call);
    if (reading.kind === 'refused') {
      this.#note('refused', call, reading.answer);
      return reading.answer;
    }
    if (reading.kind === 'replayed') {
      this.#note('replayed', call, reading.answer, reading.idempotencyKey);
      return reading.answer;
    }
    const outcome = await this.#vendor.submit(call, reading.submission, rejects);
    this.#book(call, outcome);
    return outcome.answer;
  }

  #tally(call: HttpCall): Answer {
    const { answer, accepted } = this.#vendor.tally(call);
    this.#state.countAccepted(accepted);
    if (answer.status >= 400) this.#state.count('refused');
    return answer;
  }

  #book(call: HttpCall, { answer, accepted, rejected, also = [] }: Outcome): void {
    const state = this.#state;
    const turnedDown = rejected.map(({ fault, ...fields }) =>
      state.line(
        'rejected',
        { id: call.id, fault: fault ?? call.fault },
        { ...fields, status: answer.status },
      ),
    );
    state.accept(call, accepted, [...turnedDown, ...also]);
    state.count('rejected', rejected.length);
    for (const { fault } of rejected) if (fault) state.countFault(fault);
    if (answer.status >= 400) this.#note('refused', call, answer);
  }

  async #end(call: HttpCall, { ending }: Verdict, response: ServerResponse, answer: Answer): Promise<void> {
    if (ending.kind === 'acceptThenDrop') {
      this.#drop(call, response);
      return;
    }
    if (ending.kind === 'hang' && ending.accepted) await this.#hang(call);
    this.#respond(call, response, ending.kind === 'status' ? this.#scripted(ending, call) : answer);
  }

  async #hang(call: HttpCall): Promise<void> {
    const state = this.#state;
    state.write([state.line('hung', call)]);
    state.count('hung');
    await state.hang();
  }

  #drop(call: HttpCall, response: ServerResponse): void {
    const state = this.#state;
    state.write([state.line('dropped', call)]);
    state.count('dropped');
    if (call.fault) state.countFault(call.fault);
    response.socket?.resetAndDestroy();
  }

  #refuse(call: HttpCall, response: ServerResponse, answer: Answer): void {
    this.#note('refused', call, answer);
    this.#respond(call, response, answer);
  }

  #note(
    kind: 'refused' | 'replayed',
    call: HttpCall,
    { status, error }: Answer,
    idempotencyKey?: string,
  ): void {
    this.#state.write([this.#state.line(kind, call, { status, error, idempotencyKey })]);
    this.#state.count(kind);
  }

  #respond(call: HttpCall, response: ServerResponse, answer: Answer): void {
    const state = this.#state;
    const { status, error } = answer;
    if (!state.counting) {
      state.write([state.line(response.destroyed ? 'dropped' : 'answered', call, { status, error })]);
    }
    state.countStatus(status, call.fault);
    write(response, answer);
  }

  /** A scripted failure: the vendor's words, with the script's own headers and body where it gives them. */
  #scripted(refusal: Refusal, call: HttpCall): Answer {
    const answer = this.#vendor.refuse(refusal, call);
    if (refusal.kind === 'quota') return answer;
    const { retryAfter, headers, body } = refusal;
    const after = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
    return {
      ...answer,
      headers: { ...answer.headers, ...after, ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    };
  }

  /** A fault of the fake and not of the vendor: loud, and never mistaken for a scripted one. */
  #broken(call: HttpCall, response: ServerResponse, error: unknown): void {
    const body = `the fake itself failed: ${error instanceof Error ? error.stack : String(error)}`;
    process.emitWarning(body);
    this.#respond(call, response, {
      status: 599,
      headers: { 'content-type': 'text/plain' },
      body,
      error: 'broken',
    });
  }
}
