import { parentPort } from 'node:worker_threads';
import { buildApp } from 'fauxqs';
import { startFakeDynamo } from '#test/fakes/dynamodb/fake-dynamodb.js';
import { BUSY } from '#test/fakes/dynamodb/hardness.js';
import { startFakeSqs } from '#test/fakes/sqs/fake-sqs.js';
import type { CloudCall, CloudUrls } from './cloud.js';

/** The cloud of a test, beside the test: emulators take several times as long where a test runner watches over every module. */
if (!parentPort) throw new Error('This file runs as a worker thread.');
const port = parentPort;
const [dynamo, queues] = await Promise.all([startFakeDynamo(BUSY), startFakeSqs()]);
const other = buildApp({ logger: false });
const s3 = await other.listen({ host: '127.0.0.1', port: 0 });

function act({ what, args }: CloudCall): unknown {
  const [first, second] = args as [never, never];
  switch (what) {
    case 'scan':
      return dynamo.scan(first);
    case 'ask':
      return dynamo.ask(first, second);
    case 'planTable':
      return dynamo.plan(first);
    case 'planQueues':
      return queues.plan(first, second);
    case 'letGo':
      return queues.release();
  }
}

port.on('message', (call: CloudCall) => {
  Promise.resolve(act(call)).then(
    (answer) => port.postMessage({ id: call.id, answer }),
    (error: unknown) => port.postMessage({ id: call.id, error: String(error) }),
  );
});
port.postMessage({ dynamo: dynamo.url, sqs: queues.url, s3 } satisfies CloudUrls);
