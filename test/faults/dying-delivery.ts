import type { DeliveryTools } from '#domain/delivery/application/deliver-parcel.js';
import type { ProviderPool } from '#domain/delivery/application/provider-pool.js';
import type { NewIntent, Ledger } from '#ports/delivery/ledger.js';
import { around, type CrashCounter } from './crash-points.js';

/** What a worker delivers with, with a place to die at each step of a message, wherever the worker runs. */
export function dyingTools(
  tools: DeliveryTools,
  crash: CrashCounter,
  bug: string | undefined,
): DeliveryTools {
  const claiming = around(tools.lanes, 'claim', (claim) => async (...args) => {
    const answer = await claim(...args);
    if (answer.claims.length > 0) crash.passed('claim');
    return answer;
  });
  const lanes = around(claiming, 'finish', (finish) => async (...args) => {
    await finish(...args);
    crash.passed('finish');
  });
  const lines = new Map(
    [...tools.lines].map(([name, line]) => [name, { ...line, pool: dyingPool(line.pool, crash, bug) }]),
  );
  return { ...tools, lanes, ledger: dyingLedger(tools.ledger, crash, bug), lines };
}

function dyingLedger(ledger: Ledger, crash: CrashCounter, bug: string | undefined): Ledger {
  const intents = new Map<string, NewIntent>();
  const opening = around(ledger, 'openIntent', (openIntent) => async (intent) => {
    if (bug === 'outcome-before-intent') {
      // The planted bug: the call is made first, and written down with its outcome.
      intents.set(intent.key, intent);
      return { kind: 'opened', refused: [] };
    }
    const answer = await openIntent(intent);
    if (answer.kind === 'opened') crash.passed('intent');
    return answer;
  });
  return around(opening, 'settle', (settle) => async (settlement) => {
    const late = intents.get(settlement.key);
    if (late) await ledger.openIntent(late);
    const answer = await settle(settlement);
    crash.passed('outcome');
    return answer;
  });
}

function dyingPool(pool: ProviderPool, crash: CrashCounter, bug: string | undefined): ProviderPool {
  let calls = 0;
  const wrapped = new Map<object, object>();
  const provider = <P extends { provider: object }>(permit: P): P => {
    const known = wrapped.get(permit.provider) ?? wrapProvider(permit.provider as never);
    wrapped.set(permit.provider, known);
    wrapped.set(known, permit.provider);
    return { ...permit, provider: known };
  };
  const wrapProvider = (one: { send: (call: { key: string }) => Promise<unknown> }): object =>
    around(one, 'send', (send) => async (call) => {
      // The planted bug: every attempt has a key of its own, so that the provider cannot know it for the same call.
      const outcomes = await send(
        bug === 'attempt-in-key' ? { ...call, key: `${call.key}-${++calls}` } : call,
      );
      crash.passed('provider-accept');
      return outcomes;
    });
  const acquiring = around(pool, 'acquire', (acquire) => async (wanted) => {
    const acquired = await acquire(wanted);
    return acquired.kind === 'permit' ? { kind: 'permit', permit: provider(acquired.permit) } : acquired;
  });
  const original = <P extends { provider: object }>(permit: P): P => ({
    ...permit,
    provider: wrapped.get(permit.provider) ?? permit.provider,
  });
  const asking = around(acquiring, 'again', (again) => (name, count) => {
    const acquired = again(name, count);
    return acquired?.kind === 'permit' ? { kind: 'permit', permit: provider(acquired.permit) } : acquired;
  });
  const reporting = around(
    asking,
    'report',
    (report) => (permit, outcomes) => report(original(permit), outcomes),
  );
  return around(reporting, 'giveBack', (giveBack) => (permit) => giveBack(original(permit)));
}
