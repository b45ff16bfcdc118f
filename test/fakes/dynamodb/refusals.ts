import type { Answer, AttributeMap } from './local-dynamo.js';

/** Why one action of a transaction was refused; `None`, it was not. */
export interface Reason {
  readonly Code: 'None' | 'ConditionalCheckFailed' | 'TransactionConflict' | 'ValidationError';
  readonly Message?: string;
  readonly Item?: AttributeMap;
}

const IN_CONFLICT = 'Transaction is ongoing for the item';

/** An exception of DynamoDB's, as it says it. */
export function failed(name: string, message: string): Answer {
  const status = name === 'InternalServerError' ? 500 : 400;
  return { status, body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message } };
}

/** Of one item, which a transaction is writing. */
export const conflict = (): Answer => failed('TransactionConflictException', IN_CONFLICT);

export const conflictReason = (): Reason => ({ Code: 'TransactionConflict', Message: IN_CONFLICT });

/** With a reason for each of its actions, in their order. */
export function cancelled(reasons: readonly Reason[]): Answer {
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
