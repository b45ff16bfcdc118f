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
  /** The PEM; undefined if Amazon says that there is nothing. Rejects if it does not answer, or has troubles of its own. */
  fetchCertificate(url: string): Promise<string | undefined>;
  /**
   * From now on the topic tells us. Asking again with the same token changes nothing. False if SNS will not; rejects if it
   * does not answer, or has troubles of its own.
   */
  confirm(topicArn: string, token: string): Promise<boolean>;
}

export class HttpSnsApi implements SnsApi {
  readonly #endpoint: string | undefined;

  /** @param endpoint stands in for every host of SNS, e.g. `http://127.0.0.1:4010` */
  constructor(endpoint?: string) {
    this.#endpoint = endpoint;
  }

  async fetchCertificate(url: string): Promise<string | undefined> {
    const { origin, pathname } = new URL(url);
    return this.#ask({ method: 'GET', origin, path: pathname, headers: {} });
  }

  /**
   * ConfirmSubscription needs no credentials: the token is proof enough. `SubscribeURL` would do the same, and would
   * have us fetch whatever URL stands in a message.
   */
  async confirm(topicArn: string, token: string): Promise<boolean> {
    const origin = originOfTopic(topicArn);
    if (origin === undefined) throw new Error('That is not the ARN of a topic.');
    const query = { Action: 'ConfirmSubscription', Version: '2010-03-31', TopicArn: topicArn, Token: token };
    const answer = await this.#ask({
      method: 'POST',
      origin,
      path: '/',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(query).toString(),
    });
    return answer !== undefined;
  }

  /** A connection of its own: this happens once a certificate and once a subscription. */
  async #ask(request: Omit<HttpRequest, 'timeoutMs'>): Promise<string | undefined> {
    const http = new HttpClient(1);
    try {
      const origin = this.#endpoint ?? request.origin;
      return bodyOf(await http.send({ ...request, origin, timeoutMs: TIMEOUT_MS }));
    } finally {
      http.close();
    }
  }
}

/** Undefined where asking again would be answered the same. */
function bodyOf(answer: HttpAnswer): string | undefined {
  if (answer.kind === 'answered' && answer.status === 200) return answer.body;
  const isFinal =
    answer.kind === 'answered' && answer.status < 500 && answer.status !== 408 && answer.status !== 429;
  if (isFinal) return undefined;
  throw new Error(answer.kind === 'answered' ? `SNS answered ${answer.status}.` : answer.reason);
}
