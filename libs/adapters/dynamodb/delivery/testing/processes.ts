import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import { MonotonicUlids } from '#adapters/system/monotonic-ulids.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import type { Ids } from '#ports/system/ids.js';
import { DynamoTable, type Transacted, type Write } from '../../engine/dynamo-table.js';
import type { Expression } from '../../engine/expressions.js';
import type { Key } from '../../engine/keys.js';
import { DynamoOutbox } from '../../outbox/dynamo-outbox.js';
import type { OneDynamo } from '../../testing/one-table.js';
import { DispatchRecords } from '../dispatch-records.js';
import { DynamoDispatches } from '../dynamo-dispatches.js';
import { DynamoLanes } from '../dynamo-lanes.js';
import { DynamoLedger } from '../dynamo-ledger.js';
import type { LaneSignals } from '../lane-signals.js';
import { Parcels } from '../parcels.js';

/** Is told of every write before it is asked for, and may keep it from ever being asked: so dies a process. */
export interface WritingScript {
  transact?(which: number, writes: readonly Write[]): Promise<void> | void;
  update?(which: number): Promise<void> | void;
}

/** For a {@link WritingScript}: nothing comes after that. */
export function death(): Promise<never> {
  return new Promise(() => {});
}

class ScriptedTable extends DynamoTable {
  readonly #script: WritingScript;
  #transactions = 0;
  #updates = 0;

  constructor(tools: ConstructorParameters<typeof DynamoTable>[0], script: WritingScript) {
    super(tools);
    this.#script = script;
  }

  override async transact(writes: readonly Write[]): Promise<Transacted> {
    await this.#script.transact?.(++this.#transactions, writes);
    return super.transact(writes);
  }

  override async update<T extends object>(
    of: Key,
    change: Expression,
    condition?: Expression,
  ): ReturnType<typeof DynamoTable.prototype.update<T>> {
    await this.#script.update?.(++this.#updates);
    return super.update<T>(of, change, condition);
  }
}

export interface DeliveryProcess {
  readonly table: DynamoTable;
  readonly outbox: DynamoOutbox;
  readonly records: DispatchRecords;
  readonly parcels: Parcels;
  readonly dispatches: DynamoDispatches;
  readonly ledger: DynamoLedger;
  readonly lanes: DynamoLanes;
}

/** The delivery backbone as one process has it, over the table that `dynamo` made last. Its lanes find what is on them. */
export function aProcess(
  dynamo: OneDynamo,
  {
    script = {},
    signals,
    ids = new MonotonicUlids(new SystemClock(), new CryptoRandomness()),
  }: { readonly script?: WritingScript; readonly signals?: LaneSignals; readonly ids?: Ids } = {},
): DeliveryProcess {
  const randomness = new CryptoRandomness();
  const { client, name } = dynamo;
  const table = new ScriptedTable({ client, table: name, clock: new SystemClock(), randomness }, script);
  const outbox = new DynamoOutbox(table, randomness);
  const records = new DispatchRecords(table, outbox);
  const parcels = new Parcels(table, ids, signals);
  const tools = { table, outbox, ids, records, parcels };
  return {
    table,
    outbox,
    records,
    parcels,
    dispatches: dynamo.caughtUpFor(
      new DynamoDispatches(table, records, parcels, new DrivenClock(START)),
      'control',
    ),
    ledger: new DynamoLedger(tools),
    lanes: dynamo.caughtUpFor(new DynamoLanes(tools), 'claim', 'depths'),
  };
}
