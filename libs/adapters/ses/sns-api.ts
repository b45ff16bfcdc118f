import { type HttpAnswer, HttpClient, type HttpRequest } from '#adapters/http/http-client.js';

const TIMEOUT_MS = 5_000;
const ARN =
  /^arn:(aws|aws-cn|aws-us-gov):sns:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?$/;

/** Where the topic's own region answers; undefined if it is not the ARN of a topic. */
export function originOfTopic(topicArn: string): string | undefined {
  const [, partition, region] = ARN.exec(topicArn) ?? [];
  if (region === undefined) return undefined;
  return `https://sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
}

/** The two requests that reading SNS ever makes, both to Amazon's fixed hosts; neither follows a redirect. */
export interface SnsApi {
  /** The PEM. Rejects if it can't be had. */
  fetchCertificate(url: string): Promise<string>;
  /** From now on the topic tells us. Asking again with the same token changes nothing. Rejects if SNS will not. */
  confirm(topicArn: string, token: string): Promise<void>;
}

export class HttpSnsApi implements SnsApi {
  readonly #endpoint: string | undefined;

  /** @param endpoint stands in for every host of SNS, e.g. `http://127.0.0.1:4010` */
  constructor(endpoint?: string) {
    this.#endpoint = endpoint;
  }

  async fetchCertificate(url: string): Promise<string> {
    const { origin, pathname } = new URL(url);
    return this.#ask({ method: 'GET', origin, path: pathname, headers: {} });
  }

  /**
   * ConfirmSubscription needs no credentials: the token is proof enough. `SubscribeURL` would do the same, and would
   * have us fetch whatever URL stands in a message.
   */
  async confirm(topicArn: string, token: string): Promise<void> {
    const origin = originOfTopic(topicArn);
    if (origin === undefined) throw new Error('That is not the ARN of a topic.');
    const query = { Action: 'ConfirmSubscription', Version: '2010-03-31', TopicArn: topicArn, Token: token };
    await this.#ask({
      method: 'POST',
      origin,
      path: '/',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(query).toString(),
    });
  }

  /** A connection of its own: this happens once a certificate and once a subscription. */
  async #ask(request: Omit<HttpRequest, 'timeoutMs'>): Promise<string> {
    const http = new HttpClient(1);
    try {
      const origin = this.#endpoint ?? request.origin;
      return bodyOf(await http.send({ ...request, origin, timeoutMs: TIMEOUT_MS }));
    } finally {
      http.close();
    }
  }
}

function bodyOf(answer: HttpAnswer): string {
  if (answer.kind === 'answered' && answer.status === 200) return answer.body;
  throw new Error(answer.kind === 'answered' ? `SNS answered ${answer.status}.` : answer.reason);
}
