import type { InFlight } from './in-flight.js';
import type { Answer, AttributeMap } from './local-dynamo.js';
import type { Places } from './places.js';
import { conflict } from './refusals.js';

type CarryOut = (input: AttributeMap) => Promise<Answer>;
type Request = {
  readonly PutRequest?: { Item: AttributeMap };
  readonly DeleteRequest?: { Key: AttributeMap };
};

const OPERATIONS = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem']);

/** Writes without a transaction, which another one's may be in the way of. */
export class SingleWrites {
  readonly #inFlight: InFlight;
  readonly #places: Places;

  constructor(inFlight: InFlight, places: Places) {
    this.#inFlight = inFlight;
    this.#places = places;
  }

  serves(operation: string): boolean {
    return OPERATIONS.has(operation);
  }

  async answer(operation: string, input: AttributeMap, carryOut: CarryOut): Promise<Answer> {
    if (operation === 'BatchWriteItem') return this.#batch(input, carryOut);
    const of = (input['Item'] ?? input['Key'] ?? {}) as AttributeMap;
    const place = await this.#places.of(String(input['TableName']), of);
    if (this.#inFlight.isInTransaction(place)) return conflict();
    return this.#inFlight.write([place], () => carryOut(input));
  }

  /** Nothing says what a batch answers about an item in conflict: here it is put off, as one for which there is no capacity. */
  async #batch(input: AttributeMap, carryOut: CarryOut): Promise<Answer> {
    const [free, met]: Record<string, Request[]>[] = [{}, {}];
    const places: string[] = [];
    const asked = (input['RequestItems'] ?? {}) as Record<string, Request[]>;
    for (const [table, requests] of Object.entries(asked))
      for (const request of requests) {
        const of = request.PutRequest?.Item ?? request.DeleteRequest?.Key ?? {};
        const place = await this.#places.of(table, of);
        const isMet = this.#inFlight.isInTransaction(place);
        if (!isMet) places.push(place);
        const side = (isMet ? met : free) ?? {};
        side[table] = [...(side[table] ?? []), request];
      }
    if (places.length === 0) return { status: 200, body: { UnprocessedItems: met } };
    const rest = { ...input, RequestItems: free };
    const { status, body } = await this.#inFlight.write(places, () => carryOut(rest));
    return { status, body: status === 200 ? { ...body, UnprocessedItems: met } : body };
  }
}
