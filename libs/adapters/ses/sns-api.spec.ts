import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aCallback, RECEIVED_AT } from '#ports/delivery/provider-callbacks.contract.js';
import { sesEvent, signedBySns, SNS_CERTIFICATE_URL, SNS_TOPIC } from '#test/fakes/ses/ses-callbacks.js';
import { type FakeSnsApi, startFakeSnsApi } from '#test/fakes/ses/sns-callbacks-api.js';
import { SNS_CERTIFICATE } from '#test/fakes/ses/sns-certificate.js';
import { SesCallbacks } from './ses-callbacks.js';
import { HttpSnsApi, originOfTopic } from './sns-api.js';

describe('HttpSnsApi', () => {
  let sns: FakeSnsApi;
  let api: HttpSnsApi;
  beforeEach(async () => {
    sns = await startFakeSnsApi();
    api = new HttpSnsApi(sns.url);
  });
  afterEach(() => sns.close());

  it('fetches a certificate by its path', async () => {
    expect(await api.fetchCertificate(SNS_CERTIFICATE_URL)).toBe(SNS_CERTIFICATE.cert);
    const path = '/SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.pem';
    expect(sns.calls).toEqual([{ method: 'GET', path, form: {} }]);
  });

  it('confirms by the action of the API', async () => {
    await api.confirm(SNS_TOPIC, 'a token&more=1');
    const form = {
      Action: 'ConfirmSubscription',
      Version: '2010-03-31',
      TopicArn: SNS_TOPIC,
      Token: 'a token&more=1',
    };
    expect(sns.calls).toEqual([{ method: 'POST', path: '/', form }]);
  });

  it('follows no redirect', async () => {
    sns.answer = (response) => response.writeHead(302, { location: `${sns.url}/other.pem` }).end();
    expect(await api.fetchCertificate(SNS_CERTIFICATE_URL)).toBeUndefined();
    expect(sns.calls).toHaveLength(1);
  });

  it.each([400, 403, 404])('takes %s for a final answer', async (status) => {
    sns.answer = (response) => response.writeHead(status).end();
    expect(await api.confirm(SNS_TOPIC, 'x')).toBe(false);
    expect(await api.fetchCertificate(SNS_CERTIFICATE_URL)).toBeUndefined();
  });

  it('rejects what may be over soon, what never ends and what nobody answers', async () => {
    for (const status of [500, 503, 429, 408]) {
      sns.answer = (response) => response.writeHead(status).end();
      await expect(api.confirm(SNS_TOPIC, 'x')).rejects.toThrow(`SNS answered ${status}.`);
    }
    sns.answer = (response) => response.write('x'.repeat(2_000_000));
    await expect(api.fetchCertificate(SNS_CERTIFICATE_URL)).rejects.toThrow('more than');
    await expect(new HttpSnsApi('http://127.0.0.1:1').confirm(SNS_TOPIC, 'x')).rejects.toThrow(
      'ECONNREFUSED',
    );
  });

  it('asks in the region of the topic, and nowhere for what is no topic', async () => {
    expect(originOfTopic(SNS_TOPIC)).toBe('https://sns.eu-west-1.amazonaws.com');
    expect(originOfTopic('arn:aws-cn:sns:cn-north-1:123456789012:a')).toBe(
      'https://sns.cn-north-1.amazonaws.com.cn',
    );
    const gov = 'arn:aws-us-gov:sns:us-gov-west-1:123456789012:a.fifo';
    expect(originOfTopic(gov)).toBe('https://sns.us-gov-west-1.amazonaws.com');
    const none = [
      '',
      'x',
      SNS_TOPIC.replace('sns', 'sqs'),
      SNS_TOPIC.replace('eu-west-1', 'evil.com/'),
      `${SNS_TOPIC}\n`,
    ];
    for (const arn of none) {
      expect(originOfTopic(arn)).toBeUndefined();
      await expect(api.confirm(arn, 'x')).rejects.toThrow('not the ARN of a topic');
    }
    expect(sns.calls).toEqual([]);
  });

  it('serves SesCallbacks from the first message on, with one fetch for many', async () => {
    const callbacks = new SesCallbacks({ topicArns: [SNS_TOPIC] }, api);
    const notification = JSON.stringify(sesEvent('Delivery', { at: RECEIVED_AT }));
    const read = () => callbacks.read(aCallback(signedBySns(notification, { at: RECEIVED_AT })));
    const readings = await Promise.all([read(), read(), read()]);
    readings.push(await read());
    expect(readings.map(({ kind }) => kind)).toEqual(['told', 'told', 'told', 'told']);
    const confirmation = signedBySns('You have chosen …', {
      at: RECEIVED_AT,
      type: 'SubscriptionConfirmation',
    });
    expect(await callbacks.read(aCallback(confirmation))).toEqual({ kind: 'answer', body: '' });
    expect(sns.calls.map(({ method }) => method)).toEqual(['GET', 'POST']);
  });
});
