import { createHash } from 'node:crypto';
import type { Answer, AttributeMap, LocalDynamo } from './local-dynamo.js';

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

interface Reason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: AttributeMap;
}

/**
 * Transactions over single requests: one at a time, each action done in turn with its own condition, and all undone when one
 * of them is refused. What is asked twice with one token is done once.
 */
export class Transactions {
  readonly #local: LocalDynamo;
  readonly #keys = new Map<string, readonly string[]>();
  readonly #tokens = new Map<string, { readonly asked: string; readonly answer: Answer }>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(local: LocalDynamo) {
    this.#local = local;
  }

  serves(operation: string): boolean {
    return (
      operation === 'TransactWriteItems' ||
      operation === 'TransactGetItems' ||
      operation === 'UpdateTimeToLive'
    );
  }

  /** When none is under way. */
  async idle(): Promise<void> {
    for (let seen; seen !== this.#last;) {
      seen = this.#last;
      await seen;
    }
  }

  answer(operation: string, body: string): Promise<Answer> {
    const turn = this.#last.then(() => this.#act(operation, JSON.parse(body) as AttributeMap, body));
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #act(operation: string, input: AttributeMap, body: string): Promise<Answer> {
    if (operation === 'UpdateTimeToLive')
      return { status: 200, body: { TimeToLiveSpecification: input['TimeToLiveSpecification'] } };
    if (operation === 'TransactGetItems') return this.#get(input);
    const token = input['ClientRequestToken'] as string | undefined;
    const asked = createHash('sha256').update(body).digest('hex');
    const known = token === undefined ? undefined : this.#tokens.get(token);
    if (known && known.asked !== asked)
      return failed('IdempotentParameterMismatchException', 'Another request had this token.');
    if (known) return known.answer;
    const answer = await this.#write(input);
    if (token !== undefined && answer.status === 200) this.#tokens.set(token, { asked, answer });
    return answer;
  }

  async #get(input: AttributeMap): Promise<Answer> {
    const gets = input['TransactItems'] as { Get: { TableName: string; Key: AttributeMap } }[];
    const Responses: AttributeMap[] = [];
    for (const { Get } of gets) {
      const Item = await this.#local.item(Get.TableName, Get.Key);
      Responses.push(Item ? { Item } : {});
    }
    return { status: 200, body: { Responses } };
  }

  async #write(input: AttributeMap): Promise<Answer> {
    const items = input['TransactItems'] as AttributeMap[];
    if (items.length > MOST_ACTIONS)
      return failed('ValidationException', `Member must have length less than or equal to ${MOST_ACTIONS}`);
    const actions: Action[] = [];
    for (const item of items) actions.push(await this.#actionOf(item));
    const places = actions.map(({ input: { TableName }, key }) => JSON.stringify([TableName, key]));
    if (new Set(places).size < places.length)
      return failed(
        'ValidationException',
        'Transaction request cannot include multiple operations on one item',
      );
    return this.#carryOut(actions);
  }

  async #carryOut(actions: readonly Action[]): Promise<Answer> {
    const undo: Undo[] = [];
    const reasons: Reason[] = [];
    for (const action of actions) {
      const { TableName: table } = action.input;
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
    const codes = reasons.map(({ Code }) => Code).join(', ');
    return {
      status: 400,
      body: {
        __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
        Message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
        CancellationReasons: reasons,
      },
    };
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
    const names = await this.#keyOf(input.TableName);
    const from = (input.Item ?? input['Key']) as AttributeMap;
    const key = Object.fromEntries(names.map((name) => [name, from[name]]));
    return {
      operation,
      input,
      key,
      wantsOld: input['ReturnValuesOnConditionCheckFailure'] === 'ALL_OLD',
    };
  }

  async #keyOf(table: string): Promise<readonly string[]> {
    const known = this.#keys.get(table);
    if (known) return known;
    const { body } = await this.#local.call('DescribeTable', { TableName: table });
    const schema =
      (body['Table'] as { KeySchema?: { AttributeName: string }[] } | undefined)?.KeySchema ?? [];
    const names = schema.map(({ AttributeName }) => AttributeName);
    if (names.length > 0) this.#keys.set(table, names);
    return names;
  }
}

function reasonOf(body: Record<string, unknown>, Item: AttributeMap | undefined): Reason {
  const type = String(body['__type']).replace(/^.*#/, '');
  const Message = String(body['message'] ?? body['Message'] ?? type);
  if (type !== 'ConditionalCheckFailedException') return { Code: 'ValidationError', Message };
  return { Code: 'ConditionalCheckFailed', Message, ...(Item && { Item }) };
}

function failed(name: string, message: string): Answer {
  return { status: 400, body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message } };
}
