import type { DispatchControl } from '#domain/delivery/model/dispatch.js';
import type { IntentAnswer, NewIntent } from '#ports/delivery/ledger.js';
import type { Write } from '../engine/dynamo-table.js';
import { fields, to, when } from '../engine/expressions.js';
import type { KnownDispatch } from './dispatch-records.js';
import {
  type IntentItem,
  intentKey,
  parcelKey,
  type ParcelItem,
  type RowItem,
  shardKey,
  shardOf,
} from './items.js';
import { ending, type MoveTools } from './ending.js';
import { fenceIs, firstStep, heldCheck, hindered, readRows, type RowMove, type Step } from './row-moves.js';
import { suppressionCheck } from './suppression-writes.js';
import { takeBack } from './settling.js';

const IS_OPEN = when`#control = ${'open'}`;
const SUPPRESSED = 'on the suppression list';

/** What stands in the way of the whole call. */
type Obstacle = 'stale' | Exclude<DispatchControl, 'open'>;

/**
 * Opens one call: its rows go from pending to submitting, each only if its address is not suppressed, the counters by shards that must be
 * open, under the parcel's fence, together with the intent. What a transaction does not take at once goes in by several, and until the
 * last of them the intent says that it is `opening`: nothing is sent before, so whoever finds it so takes it back.
 */
export class OpeningCall {
  readonly #tools: MoveTools;
  readonly #known: KnownDispatch;
  readonly #intent: NewIntent;
  readonly #suppressed = new Set<number>();
  /** What stands in the table of it. */
  #opened: IntentItem | undefined;
  #hasEnded: number | undefined;

  constructor(tools: MoveTools, known: KnownDispatch, intent: NewIntent) {
    this.#tools = tools;
    this.#known = known;
    this.#intent = intent;
  }

  async open(): Promise<IntentAnswer> {
    for (;;) {
      const moves = await this.#left();
      if (moves.length === 0 && this.#opened?.state !== 'opening') break;
      const obstacle = await this.#take(moves);
      if (!obstacle) continue;
      // Without the claim it is for the next holder to take back.
      if (this.#opened && obstacle !== 'stale') await this.#takeBack(this.#opened);
      return { kind: obstacle };
    }
    const { now, claim, ordinals } = this.#intent;
    if (this.#opened) {
      const members = new Set(this.#opened.members);
      return { kind: 'opened', refused: ordinals.filter((ordinal) => !members.has(ordinal)) };
    }
    const obstacle = this.#hasEnded === undefined ? await this.#obstacle() : undefined;
    if (obstacle) return { kind: obstacle };
    await this.#tools.records.completeIfDone(claim.dispatchId, now, this.#hasEnded ?? ordinals[0]);
    return { kind: 'empty' };
  }

  /** What is still to be done, by the rows as they are now: first those that end here, then the members of the call. */
  async #left(): Promise<RowMove[]> {
    const { ordinals, unsendable, now, claim, key } = this.#intent;
    const inIt = new Set(this.#opened?.members);
    const wanted = ordinals.filter((ordinal) => !inIt.has(ordinal));
    const reasons = new Map(unsendable.map(({ ordinal, reason }) => [ordinal, reason]));
    const rows = await readRows(this.#tools.table, claim.dispatchId, [...reasons.keys(), ...wanted]);
    const pending = (ordinal: number): RowItem[] => {
      const row = rows.get(ordinal);
      return row?.status === 'pending' ? [row] : [];
    };
    const broken = [...reasons].flatMap(([ordinal, reason]) =>
      pending(ordinal).map((row) => ending(row, { to: 'failed', reason, now })),
    );
    const goers = wanted.filter((ordinal) => !reasons.has(ordinal)).flatMap(pending);
    const suppressed = goers
      .filter(({ ordinal }) => this.#suppressed.has(ordinal))
      .map((row) => ending(row, { to: 'suppressed', reason: SUPPRESSED, now }));
    const going = goers
      .filter(({ ordinal }) => !this.#suppressed.has(ordinal))
      .map((row): RowMove => {
        const change = { call: key, updatedAt: now };
        return {
          row,
          to: 'submitting',
          change,
          beside: [suppressionCheck(this.#known.dispatch, row.address)],
        };
      });
    return [...broken, ...suppressed, ...going];
  }

  /** One transaction. */
  async #take(moves: readonly RowMove[]): Promise<Obstacle | undefined> {
    const { claim } = this.#intent;
    const step = firstStep(this.#known, moves);
    const isLast = step.moves.length === moves.length;
    const intent = this.#withMore(step, isLast);
    const counters = this.#countersOf(step);
    const answer = await this.#tools.table.transact([
      ...step.writes,
      ...counters,
      ...this.#parcelAndIntent(intent),
    ]);
    if (answer.kind === 'done') {
      this.#opened = intent ?? this.#opened;
      this.#hasEnded ??= step.moves.find((move) => move.to !== 'submitting')?.row.ordinal;
      return undefined;
    }
    if (answer.by.has(step.writes.length + counters.length)) return 'stale';
    const shard = counters.findIndex((_, at) => answer.by.has(step.writes.length + at));
    if (shard >= 0) {
      const { control = 'cancelled' } = (answer.by.get(step.writes.length + shard) ?? {}) as {
        control?: DispatchControl;
      };
      if (control !== 'open') return control;
    }
    if (answer.by.has(step.writes.length + counters.length + 1))
      throw new Error(`A call of the parcel ${claim.parcel} has the key ${this.#intent.key} already.`);
    for (const { row } of hindered(step, answer.by)) this.#suppressed.add(row.ordinal);
    return undefined;
  }

  /** Of a step without rows the intent alone is to be opened: that, too, is against a halt. */
  #countersOf(step: Step): Write[] {
    if (step.moves.length > 0) return step.tally.writes(IS_OPEN);
    const { dispatch, shards } = this.#known;
    const [ordinal = 0] = this.#opened?.members ?? [];
    return [{ kind: 'check', key: shardKey(dispatch.id, shardOf(ordinal, shards)), if: IS_OPEN }];
  }

  #withMore(step: Step, isLast: boolean): IntentItem | undefined {
    const joining = step.moves.filter((move) => move.to === 'submitting').map(({ row }) => row.ordinal);
    if (joining.length === 0 && !this.#opened) return undefined;
    const { claim, key, provider, now: openedAt } = this.#intent;
    return {
      ...intentKey(claim.parcel, key),
      key,
      provider,
      openedAt,
      fence: claim.fence,
      members: [...(this.#opened?.members ?? []), ...joining],
      state: isLast ? 'open' : 'opening',
    };
  }

  /** The parcel first, by whose place a lost claim is known. */
  #parcelAndIntent(intent: IntentItem | undefined): Write[] {
    const { claim } = this.#intent;
    if (!intent) return [heldCheck(claim)];
    if (!this.#opened)
      return [
        {
          kind: 'update',
          key: parcelKey(claim.parcel),
          change: to`ADD #calls ${1}`,
          if: fenceIs(claim.fence),
        },
        { kind: 'put', item: { ...intent }, if: when`attribute_not_exists(pk)` },
      ];
    const { members, state } = intent;
    return [
      heldCheck(claim),
      {
        kind: 'update',
        key: { pk: intent.pk, sk: intent.sk },
        change: fields({ members, state }),
        if: when`#state = ${'opening'}`,
      },
    ];
  }

  async #takeBack(opened: IntentItem): Promise<void> {
    await takeBack(this.#tools, this.#known, this.#intent.claim, opened);
  }

  /** Nobody was left to ask for: was that because nothing may be asked for? */
  async #obstacle(): Promise<Obstacle | undefined> {
    return obstacleOf(this.#tools, this.#known, this.#intent);
  }
}

/** Why nothing may be sent by this claim, if so. */
export async function obstacleOf(
  { table, records }: MoveTools,
  { dispatch }: KnownDispatch,
  { claim }: Pick<NewIntent, 'claim'>,
): Promise<Obstacle | undefined> {
  const parcel = await table.get<ParcelItem>(parcelKey(claim.parcel));
  if (parcel?.fence !== claim.fence) return 'stale';
  const meta = await records.meta(dispatch.id);
  return !meta || meta.control === 'open' ? undefined : meta.control;
}
