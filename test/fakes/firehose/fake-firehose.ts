import { AwsException, type AwsJsonFake, startAwsJson } from '../kit/aws-json.js';

const MOST_RECORDS = 500;
const MOST_BYTES = 4 * 1024 * 1024;
const LARGEST_RECORD = 1_000 * 1024;

export interface FakeFirehose extends AwsJsonFake {
  /** Everything that was taken, one record after the other, as it lands in the bucket. */
  readonly stream: string;
  /** Numbers of records of each batch that was taken, in part or whole. */
  readonly batches: readonly number[];
  /** Of the next so many batches every third record is put off. */
  putOff(batches: number): void;
}

/** Firehose over HTTP: `PutRecordBatch` with its limits, and with parts that fail. */
export async function startFakeFirehose(): Promise<FakeFirehose> {
  const records: string[] = [];
  const batches: number[] = [];
  let puttingOff = 0;
  const take = (data: readonly string[]): object => {
    check(data);
    batches.push(data.length);
    const isPartial = puttingOff > 0;
    if (isPartial) puttingOff -= 1;
    const answers = data.map((one, at) => {
      if (isPartial && at % 3 === 0)
        return { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' };
      records.push(Buffer.from(one, 'base64').toString());
      return { RecordId: String(records.length) };
    });
    return {
      FailedPutCount: answers.filter((one) => 'ErrorCode' in one).length,
      RequestResponses: answers,
    };
  };
  const fake = await startAwsJson((operation, input) => {
    if (operation !== 'PutRecordBatch') throw new AwsException('UnknownOperationException', operation);
    return take((input['Records'] as { Data: string }[]).map(({ Data }) => Data));
  });
  return {
    ...fake,
    get stream() {
      return records.join('');
    },
    batches,
    putOff: (count) => {
      puttingOff = count;
    },
  };
}

function check(data: readonly string[]): void {
  const sizes = data.map((one) => Buffer.from(one, 'base64').byteLength);
  const sum = sizes.reduce((all, size) => all + size, 0);
  if (data.length === 0 || data.length > MOST_RECORDS || sum > MOST_BYTES)
    throw new AwsException('ValidationException', `A batch of ${data.length} records, ${sum} bytes.`);
  if (sizes.some((size) => size > LARGEST_RECORD))
    throw new AwsException('ValidationException', 'A record is too large.');
}
