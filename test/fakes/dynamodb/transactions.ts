import { createHash } from 'node:crypto';
import { InFlight } from './in-flight.js';
import type { Answer, AttributeMap, LocalDynamo } from './local-dynamo.js';
import { placeOf, type Places } from './places.js';
import { cancelled, conflictReason, failed, type Reason } from './refusals.js';

/** What DynamoDB takes in one transaction. */
const MOST_ACTIONS = 100;

interface Action {
  readonly operation: 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'ConditionCheck';
  readonly input: AttributeMap & { readonly TableName: string };
  readonly key: AttributeMap;
  readonly wantsOld: boolean;
}

interface Undo {
  readonly table: string;
  readonly key: AttributeMap;
  readonly before: AttributeMap | undefined;
}

/**
 * Transactions over single requests: one at a time, each action done in turn with its own condition, and all undone when one
 * of them is refused. What is asked twice with one token is done once. With `inFlight` a transaction holds its items for a
 * turn of the loop before it is carried out, and one that meets an item that is being written is refused.
 */
export class Transactions {
  readonly #local: LocalDynamo;
  readonly #places: Places;
  readonly #inFlight: InFlight | undefined;
  readonly #tokens = new Map<string, { readonly asked: string; readonly answer: Answer }>();
  readonly #tokensInFlight = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(local: LocalDynamo, places: Places, inFlight: InFlight | undefined) {
    this.#local = local;
    this.#places = places;
    this.#inFlight = inFlight;
  }

  serves(operation: string): boolean {
    return operation === 'TransactWriteItems' || operation === 'TransactGetItems';
  }

  /** When none is under way. */
  async idle(): Promise<void> {
    for (let seen; seen !== this.#last;) {
      seen = this.#last;
      await seen;
    }
  }

  async answer(operation: string, body: string): Promise<Answer> {
    const input = JSON.parse(body) as AttributeMap;
    if (operation === 'TransactGetItems') return this.#inTurn(() => this.#get(input));
    const token = input['ClientRequestToken'] as string | undefined;
    if (token === undefined) return this.#write(input);
    const asked = createHash('sha256').update(body).digest('hex');
    const known = this.#tokens.get(token);
    if (known && known.asked !== asked)
      return failed('IdempotentParameterMismatchException', 'Another request had this token.');
    if (known) return known.answer;
    if (this.#tokensInFlight.has(token))
      return failed('TransactionInProgressException', 'The transaction with this token is in progress.');
    this.#tokensInFlight.add(token);
    const answer = await this.#write(input).finally(() => this.#tokensInFlight.delete(token));
    if (answer.status === 200) this.#tokens.set(token, { asked, answer });
    return answer;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #get(input: AttributeMap): Promise<Answer> {
    const gets = input['TransactItems'] as { Get: { TableName: string; Key: AttributeMap } }[];
    const Responses: AttributeMap[] = [];
    const met: Reason[] = [];
    for (const { Get } of gets) {
      const isWritten = this.#inFlight?.isWritten(await this.#places.of(Get.TableName, Get.Key)) === true;
      met.push(isWritten ? conflictReason() : { Code: 'None' });
      const Item = await this.#local.item(Get.TableName, Get.Key);
      Responses.push(Item ? { Item } : {});
    }
    if (met.some(({ Code }) => Code !== 'None')) return cancelled(met);
    return { status: 200, body: { Responses } };
  }

  async #write(input: AttributeMap): Promise<Answer> {
    const items = input['TransactItems'] as AttributeMap[];
    if (items.length > MOST_ACTIONS)
      return failed('ValidationException', `Member must have length less than or equal to ${MOST_ACTIONS}`);
    const actions: Action[] = [];
    for (const item of items) actions.push(await this.#actionOf(item));
    const places = actions.map(({ input: { TableName }, key }) => placeOf(TableName, key));
    if (new Set(places).size < places.length)
      return failed(
        'ValidationException',
        'Transaction request cannot include multiple operations on one item',
      );
    if (!this.#inFlight) return this.#inTurn(() => this.#inOneStep(actions));
    const met = new Set(actions.filter((_, at) => this.#inFlight?.isWritten(places[at] ?? '')));
    // Whoever is refused by a conflict is told as well which of their other conditions do not hold.
    if (met.size > 0) return this.#inTurn(() => this.#inOneStep(actions, met));
    return this.#inFlight.transact(places, () => this.#inTurn(() => this.#inOneStep(actions)));
  }

  /** @param met those of which somebody else is writing the item */
  #inOneStep(actions: readonly Action[], met: ReadonlySet<Action> = new Set()): Promise<Answer> {
    return this.#local.inOneStep(() => this.#carryOut(actions, met));
  }

  async #carryOut(actions: readonly Action[], met: ReadonlySet<Action>): Promise<Answer> {
    const undo: Undo[] = [];
    const reasons: Reason[] = [];
    for (const action of actions) {
      const { TableName: table } = action.input;
      if (met.has(action)) {
        reasons.push(conflictReason());
        continue;
      }
      const { status, body } = await this.#do(action);
      if (status === 200)
        undo.push({ table, key: action.key, before: body['Attributes'] as AttributeMap | undefined });
      const standing =
        status === 200 || !action.wantsOld ? undefined : await this.#local.item(table, action.key);
      reasons.push(status === 200 ? { Code: 'None' } : reasonOf(body, standing));
      // Nothing of a request that is not well formed is done, and it is said without reasons.
      if (status !== 200 && reasons.at(-1)?.Code === 'ValidationError') {
        await this.#takeBack(undo);
        return { status, body };
      }
    }
    const checks = actions.flatMap((action, at) => (action.operation === 'ConditionCheck' ? [at] : []));
    const isRefused = reasons.some(({ Code }) => Code !== 'None');
    // A check has been made as a change that is taken back at once.
    await this.#takeBack(isRefused ? undo : checks.flatMap((at) => undo[at] ?? []));
    if (!isRefused) return { status: 200, body: {} };
    return cancelled(reasons);
  }

  #do({ operation, input, key }: Action): Promise<Answer> {
    const { ReturnValuesOnConditionCheckFailure: _, ...asked } = input;
    const told = { ...asked, ReturnValues: 'ALL_OLD' };
    if (operation !== 'ConditionCheck') return this.#local.call(operation, told);
    return this.#local.call('UpdateItem', { ...told, Key: key });
  }

  async #takeBack(undo: readonly Undo[]): Promise<void> {
    for (const { table, key, before } of undo) {
      const { status, body } = before
        ? await this.#local.call('PutItem', { TableName: table, Item: before })
        : await this.#local.call('DeleteItem', { TableName: table, Key: key });
      if (status !== 200) throw new Error(`A transaction could not be undone: ${JSON.stringify(body)}`);
    }
  }

  async #actionOf(item: AttributeMap): Promise<Action> {
    const [kind, input] = Object.entries(item)[0] as [string, Action['input'] & { Item?: AttributeMap }];
    const operation = kind === 'ConditionCheck' ? kind : (`${kind}Item` as 'PutItem');
    const key = await this.#places.keyIn(input.TableName, (input.Item ?? input['Key']) as AttributeMap);
    return {
      operation,
      input,
      key,
      wantsOld: input['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD',
    };
  }
}

function reasonOf(body: Record<string, unknown>, Item: AttributeMap | undefined): Reason {
  const type = String(body['__type']).replace(/^.*#/, '');
  const Message = String(body['message'] ?? body['Message'] ?? type);
  if (type !== 'ConditionalCheckFailedException') return { Code: 'ValidationError', Message };
  return { Code: 'ConditionalCheckFailed', Message, ...(Item && { Item }) };
}
