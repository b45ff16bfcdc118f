/** An answer of DynamoDB, as JSON. */
export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export type AttributeMap = Record<string, unknown>;

/** dynalite looks that a request is signed, and does not look whether it is signed rightly. */
const SIGNED =
  'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

/** The fake's own way to the tables behind it. */
export class LocalDynamo {
  readonly #url: string;
  readonly #inside: string;

  /** @param inside the header by which its requests are told from all others */
  constructor(url: string, inside: string) {
    this.#url = url;
    this.#inside = inside;
  }

  async call(operation: string, body: object): Promise<Answer> {
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        'x-amz-date': '20260101T000000Z',
        authorization: SIGNED,
        [this.#inside]: '1',
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  async item(table: string, key: AttributeMap): Promise<AttributeMap | undefined> {
    const { body } = await this.call('GetItem', { TableName: table, Key: key, ConsistentRead: true });
    return body['Item'] as AttributeMap | undefined;
  }

  async scan(table: string): Promise<AttributeMap[]> {
    const items: AttributeMap[] = [];
    let from: unknown;
    do {
      const { body } = await this.call('Scan', {
        TableName: table,
        ConsistentRead: true,
        ...(from !== undefined && { ExclusiveStartKey: from }),
      });
      items.push(...((body['Items'] ?? []) as AttributeMap[]));
      from = body['LastEvaluatedKey'];
    } while (from !== undefined);
    return items;
  }
}
