import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SNS_CERTIFICATE } from './sns-certificate.js';

export interface FakeSnsApi {
  url: string;
  /** Everything that was asked: the method and path of each call, and what its form said. */
  calls: { method: string; path: string; form: Record<string, string> }[];
  /** How the next calls are answered; left out: as SNS does. */
  answer: ((response: ServerResponse) => void) | undefined;
  close(): Promise<void>;
}

/** SNS as far as its messages need it: the certificate at any `.pem`, and ConfirmSubscription. */
export async function startFakeSnsApi(): Promise<FakeSnsApi> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method = '', url: path = '' } = request;
      fake.calls.push({ method, path, form: Object.fromEntries(new URLSearchParams(body)) });
      if (fake.answer) fake.answer(response);
      else if (path.endsWith('.pem')) response.end(SNS_CERTIFICATE.cert);
      else response.end('<ConfirmSubscriptionResponse></ConfirmSubscriptionResponse>');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeSnsApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    answer: undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}
