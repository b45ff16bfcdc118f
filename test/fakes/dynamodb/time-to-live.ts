import type { Answer, AttributeMap, LocalDynamo } from './local-dynamo.js';
import type { Places } from './places.js';
import { failed } from './refusals.js';

/** Which attribute of a table's items says when they may go. They stay where they are until somebody says so. */
export class TimeToLive {
  readonly #local: LocalDynamo;
  readonly #places: Places;
  readonly #attributes = new Map<string, string>();

  constructor(local: LocalDynamo, places: Places) {
    this.#local = local;
    this.#places = places;
  }

  serves(operation: string): boolean {
    return operation === 'UpdateTimeToLive' || operation === 'DescribeTimeToLive';
  }

  answer(operation: string, input: AttributeMap): Answer {
    const table = String(input['TableName']);
    const known = this.#attributes.get(table);
    if (operation === 'DescribeTimeToLive') {
      const AttributeName = known !== undefined && { AttributeName: known };
      const TimeToLiveStatus = known === undefined ? 'DISABLED' : 'ENABLED';
      return { status: 200, body: { TimeToLiveDescription: { TimeToLiveStatus, ...AttributeName } } };
    }
    const asked = input['TimeToLiveSpecification'] as { Enabled: boolean; AttributeName: string };
    if (asked.Enabled === (known !== undefined))
      return failed('ValidationException', `TimeToLive is already ${asked.Enabled ? 'enabled' : 'disabled'}`);
    if (asked.Enabled) this.#attributes.set(table, asked.AttributeName);
    else this.#attributes.delete(table);
    return { status: 200, body: { TimeToLiveSpecification: asked } };
  }

  /** Deletes what is over at that moment, of all tables. Answers how many items those were. */
  async expire(now: number): Promise<number> {
    let gone = 0;
    for (const [table, attribute] of this.#attributes)
      for (const item of await this.#local.scan(table)) {
        const { N } = (item[attribute] ?? {}) as { N?: string };
        if (N === undefined || Number(N) * 1000 > now) continue;
        this.#local.step();
        await this.#local.call('DeleteItem', {
          TableName: table,
          Key: await this.#places.keyIn(table, item),
        });
        gone += 1;
      }
    return gone;
  }
}
