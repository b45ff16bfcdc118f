import type {
  CallEffect,
  FaultMatch,
  FaultRule,
  PhasesEffect,
  RejectRecipientsEffect,
  SmtpStage,
  StatusEffect,
} from './fault-rules.js';

/** How a call ends once its delay is over. `answer` is the healthy way. */
export type Ending =
  | { kind: 'answer' }
  | StatusEffect
  | { kind: 'quota'; period: 'daily' | 'monthly' }
  | { kind: 'hang'; accepted?: boolean }
  | { kind: 'acceptThenDrop' }
  | { kind: 'dropBeforeRead' };

export type Rejection = Omit<RejectRecipientsEffect, 'kind'> & { fault: string };

export interface Verdict {
  delayMs: number;
  ending: Ending;
  /** The name of the rule behind `ending`, or behind the delay when there is nothing worse. */
  fault?: string | undefined;
  /** Why this recipient is turned down, if it is. */
  rejects(to: string): Rejection | undefined;
}

/** A call's place in the order of things, and the rules as they stood when it arrived. */
export interface Ticket {
  readonly rules: ActiveRules;
  readonly call: number;
  readonly at: number;
  readonly stage: SmtpStage | undefined;
}

interface ActiveRules {
  readonly rules: readonly FaultRule[];
  readonly since: number;
  readonly calls: Map<SmtpStage | undefined, number>;
  /** Encounters of each rule that looks at `attempts` with each recipient. */
  readonly seen: Map<FaultRule, Map<string, number>>;
}

export const HEALTHY: Verdict = { delayMs: 0, ending: { kind: 'answer' }, rejects: () => undefined };

/**
 * The script of what goes wrong, decided call by call. The first rule that matches ends the call; `slow` delays it and
 * lets later rules speak; `rejectRecipients` strikes single recipients of a call that is otherwise served. A decision
 * depends on nothing but the rules, the call's number, its recipients and the time, so a run can be repeated.
 */
export class FaultPlan {
  #active: ActiveRules;

  constructor(rules: readonly FaultRule[], now: number) {
    this.#active = activate(rules, now);
  }

  /** Replaces the rules; calls and time are counted afresh. Calls already under way keep the old ones. */
  set(rules: readonly FaultRule[], now: number): void {
    this.#active = activate(rules, now);
  }

  get rules(): readonly FaultRule[] {
    return this.#active.rules;
  }

  /** Whether a call's fate hangs on who it is for: if not, bodies need not be parsed for the plan's sake. */
  looksAtRecipients(ticket: Ticket): boolean {
    return ticket.rules.rules.some(looksAtRecipients);
  }

  /** Numbers a call. Rules meant for another SMTP stage will not see it. */
  open(now: number, stage?: SmtpStage): Ticket {
    const rules = this.#active;
    const call = (rules.calls.get(stage) ?? 0) + 1;
    rules.calls.set(stage, call);
    return { rules, call, at: now, stage };
  }

  /** Whether the connection dies before the call's body is read. */
  dropsEarly(ticket: Ticket): boolean {
    for (const rule of ticket.rules.rules) {
      const effect = effectAt(rule, ticket);
      if (!effect || effect.kind === 'slow' || effect.kind === 'rejectRecipients') continue;
      if (looksAtRecipients(rule)) return false;
      if (matchesCall(rule.match ?? {}, ticket)) return effect.kind === 'dropBeforeRead';
    }
    return false;
  }

  decide(ticket: Ticket, recipients: readonly string[]): Verdict {
    if (ticket.rules.rules.length === 0) return HEALTHY;
    const rejections = new Map<string, Rejection>();
    let delayMs = 0;
    let ending: Ending = { kind: 'answer' };
    let fault: string | undefined;
    for (const rule of ticket.rules.rules) {
      const effect = effectAt(rule, ticket);
      if (!effect) continue;
      const struck = strikes(rule, ticket, recipients);
      if (!struck) continue;
      const named = rule.name ?? effect.kind;
      if (effect.kind === 'rejectRecipients') {
        for (const to of struck) if (!rejections.has(to)) rejections.set(to, { ...effect, fault: named });
      } else if (effect.kind === 'slow') {
        delayMs += effect.ms;
        fault ??= named;
      } else {
        ending = endingOf(effect);
        if (effect.kind !== 'healthy') fault = named;
        break;
      }
    }
    return { delayMs, ending, fault, rejects: (to) => rejections.get(to) };
  }
}

function activate(rules: readonly FaultRule[], now: number): ActiveRules {
  return { rules, since: now, calls: new Map(), seen: new Map() };
}

function looksAtRecipients(rule: FaultRule): boolean {
  return rule.effect.kind === 'rejectRecipients' || Boolean(rule.match?.recipient ?? rule.match?.attempts);
}

const DEFAULT_STAGES: Record<string, SmtpStage> = {
  status: 'mail',
  quota: 'mail',
  rejectRecipients: 'rcpt',
  dropBeforeRead: 'connect',
};

/** What the rule does at this stage at this moment, before asking whether it matches. */
function effectAt(rule: FaultRule, ticket: Ticket): CallEffect | RejectRecipientsEffect | undefined {
  const effect = rule.effect.kind === 'phases' ? phaseAt(rule.effect, ticket) : rule.effect;
  if (!effect || ticket.stage === undefined || effect.kind === 'healthy') return effect;
  const stage = ('stage' in effect ? effect.stage : undefined) ?? DEFAULT_STAGES[effect.kind] ?? 'data';
  return stage === ticket.stage ? effect : undefined;
}

function phaseAt(phases: PhasesEffect, ticket: Ticket): CallEffect | undefined {
  const timed = phases.steps.some((step) => step.forMs !== undefined);
  const length = (step: PhasesEffect['steps'][number]) => (timed ? step.forMs : step.forCalls) ?? Infinity;
  let left = timed ? ticket.at - ticket.rules.since : ticket.call - 1;
  const total = phases.steps.reduce((sum, step) => sum + length(step), 0);
  if (phases.repeat && total > 0) left %= total;
  for (const step of phases.steps) {
    if (left < length(step)) return step.effect;
    left -= length(step);
  }
  return undefined;
}

function endingOf(effect: Exclude<CallEffect, { kind: 'slow' }>): Ending {
  if (effect.kind === 'healthy') return { kind: 'answer' };
  return effect.kind === 'quota' ? { kind: 'quota', period: effect.period ?? 'daily' } : effect;
}

function matchesCall(match: FaultMatch, { call, at, rules }: Ticket): boolean {
  const elapsed = at - rules.since;
  if (match.calls && (call < match.calls[0] || call > match.calls[1])) return false;
  if (match.windowMs && (elapsed < match.windowMs[0] || elapsed >= match.windowMs[1])) return false;
  return match.probability === undefined || draw(match.seed ?? 1, String(call)) < match.probability;
}

/** Which of the call's recipients the rule means; `undefined` when it does not mean the call at all. */
function strikes(rule: FaultRule, ticket: Ticket, recipients: readonly string[]): string[] | undefined {
  const match = rule.match ?? {};
  // A bad address stays bad whichever batch it comes in, so the draw is the recipient's and not the call's.
  const perRecipient = rule.effect.kind === 'rejectRecipients' ? match.probability : undefined;
  const { probability, ...rest } = match;
  const callMatch = perRecipient === undefined && probability !== undefined ? match : rest;
  if (!matchesCall(callMatch, ticket)) return undefined;
  const pattern = match.recipient === undefined ? undefined : new RegExp(match.recipient, 'i');
  const struck = recipients.filter(
    (to) =>
      (!pattern || pattern.test(to)) &&
      (perRecipient === undefined || draw(match.seed ?? 1, to.toLowerCase()) < perRecipient) &&
      (!match.attempts || isAttempt(match.attempts, encounter(rule, ticket, to))),
  );
  return struck.length > 0 || !looksAtRecipients(rule) ? struck : undefined;
}

function isAttempt([first, last]: [number, number], attempt: number): boolean {
  return attempt >= first && attempt <= last;
}

function encounter(rule: FaultRule, { rules }: Ticket, to: string): number {
  const counts = rules.seen.get(rule) ?? new Map<string, number>();
  const count = (counts.get(to) ?? 0) + 1;
  rules.seen.set(rule, counts.set(to, count));
  return count;
}

/** A number in [0, 1) that looks random and is the same for the same seed and text: FNV-1a, then an avalanche. */
export function draw(seed: number, text: string): number {
  let hash = (2166136261 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4294967296;
}
