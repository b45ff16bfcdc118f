import type { Server } from 'node:http';
import { Readable } from 'node:stream';

/** An answer of DynamoDB, as JSON. */
export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export type AttributeMap = Record<string, unknown>;

/** dynalite looks that a request is signed, and does not look whether it is signed rightly. */
const SIGNED =
  'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

/**
 * The fake's own way to the tables behind it: straight into dynalite's handler. A transaction is some hundreds of its requests, and over a
 * connection they would take most of the time of the tests.
 */
export class LocalDynamo {
  readonly #inner: Server;

  constructor(inner: Server) {
    this.#inner = inner;
  }

  call(operation: string, body: object): Promise<Answer> {
    const request = Object.assign(Readable.from([Buffer.from(JSON.stringify(body))]), {
      method: 'POST',
      url: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        'x-amz-date': '20260101T000000Z',
        authorization: SIGNED,
      },
    });
    return new Promise((resolve) => {
      const response = {
        statusCode: 200,
        setHeader: () => response,
        end: (text: string) =>
          resolve({ status: response.statusCode, body: JSON.parse(text) as Record<string, unknown> }),
      };
      this.#inner.emit('request', request, response);
    });
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
