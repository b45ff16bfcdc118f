import type { IncomingMessage, ServerResponse } from 'node:http';
import { listenHttp } from './http-server.js';

/** An exception of the service's, by its name. */
export class AwsException extends Error {
  readonly status: number;

  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

export interface AwsFault {
  /** `GetSecretValue` …; undefined for each. */
  readonly operation?: string;
  /** An exception by name, or, `lost`, the answer to what was done. */
  readonly how: string;
  readonly times: number;
}

export interface AwsJsonFake {
  readonly url: string;
  /** Meets the next requests, in the order in which the faults were planned. */
  plan(fault: AwsFault): void;
  /** Operations in the order in which they were asked. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

type Input = Readonly<Record<string, unknown>>;

/** A service that speaks the JSON protocol of AWS (`X-Amz-Target`), on 127.0.0.1. */
export async function startAwsJson(
  answer: (operation: string, input: Input) => object,
): Promise<AwsJsonFake> {
  const asked: string[] = [];
  const faults: { left: number; readonly fault: AwsFault }[] = [];
  const faultFor = (operation: string): string | undefined => {
    const planned = faults.find(
      ({ left, fault }) => left > 0 && (fault.operation ?? operation) === operation,
    );
    if (planned) planned.left -= 1;
    return planned?.fault.how;
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const operation = String(request.headers['x-amz-target']).replace(/^.*\./, '');
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    asked.push(operation);
    const how = faultFor(operation);
    try {
      if (how !== undefined && how !== 'lost')
        throw new AwsException(how, 'Planned.', how.startsWith('Internal') ? 500 : 400);
      const said = answer(operation, JSON.parse(Buffer.concat(parts).toString()) as Input);
      if (how === 'lost') return void response.socket?.destroy();
      write(response, 200, said);
    } catch (error) {
      const { name, message, status } =
        error instanceof AwsException ? error : new AwsException('InternalFailure', String(error), 500);
      write(response, status, { __type: name, message });
    }
  };
  const listening = await listenHttp(0, (request, response) => void serve(request, response));
  return {
    url: listening.url,
    plan: (fault) => void faults.push({ left: fault.times, fault }),
    asked,
    close: () => listening.close(),
  };
}

function write(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(body));
}
