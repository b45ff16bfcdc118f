import type { Outcome } from '#domain/delivery/model/outcome.js';
import type { EmailProvider, EmailCall } from '#ports/delivery/email-provider.js';
import type { ProviderCapabilities, ProviderQuota } from '#ports/delivery/message-provider.js';

/** What the provider does with a call: outcomes, or a promise of them that a test settles when it likes. */
export type Behaviour = (call: EmailCall, nth: number) => readonly Outcome[] | Promise<readonly Outcome[]>;

/**
 * A provider that does what it is told and writes down what it took. With idempotency keys it answers a repeated key
 * from memory, like the real ones.
 */
export class ScriptedProvider implements EmailProvider {
  readonly name: string;
  readonly capabilities: ProviderCapabilities;
  readonly calls: EmailCall[] = [];
  /** deliveryId of every message taken, once per acceptance. */
  readonly taken: string[] = [];
  readonly #answers = new Map<string, readonly Outcome[]>();
  behaviour: Behaviour = accepting;

  constructor(name: string, capabilities: Partial<ProviderCapabilities> = {}) {
    this.name = name;
    this.capabilities = {
      maxBatch: 10,
      maxBatchedMessageBytes: 1_000_000,
      idempotencyKey: false,
      hostedTemplates: false,
      attachments: false,
      maxInFlight: 4,
      rateUnit: 'messages',
      ...capabilities,
    };
  }

  async send(call: EmailCall): Promise<readonly Outcome[]> {
    this.calls.push(call);
    const known = this.capabilities.idempotencyKey ? this.#answers.get(call.key) : undefined;
    return known ?? this.behaviour(call, this.calls.length);
  }

  /** Takes the messages of a call, as `accepting` does, whatever is answered then. */
  take(call: EmailCall): readonly Outcome[] {
    const outcomes = accepting(call);
    this.taken.push(...call.messages.map(({ deliveryId }) => deliveryId));
    this.#answers.set(call.key, outcomes);
    return outcomes;
  }

  /** From now on: takes everything. */
  accept(): this {
    this.behaviour = (call) => this.take(call);
    return this;
  }

  answer(behaviour: Behaviour): this {
    this.behaviour = behaviour;
    return this;
  }

  async quota(): Promise<ProviderQuota> {
    return {};
  }

  async check(): Promise<{ ok: boolean; detail: string }> {
    return { ok: true, detail: 'scripted' };
  }

  close(): void {}
}

const accepting = (call: EmailCall): readonly Outcome[] =>
  call.messages.map(({ deliveryId }) => ({ kind: 'accepted', providerMessageId: `taken-${deliveryId}` }));

/** The same outcome for every message of a call. */
export const all =
  (outcome: Outcome): Behaviour =>
  (call) =>
    call.messages.map(() => outcome);
