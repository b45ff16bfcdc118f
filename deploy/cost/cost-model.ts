import { PRICES, type PriceName } from './prices.js';
import { type Messages, PARCEL, sumOf, workOf } from './work.js';

export const COSTED_TARGETS = ['embedded', 'container', 'lambda'] as const;
export type CostedTarget = (typeof COSTED_TARGETS)[number];

export interface Line {
  readonly what: string;
  readonly quantity: number;
  readonly price: PriceName;
  readonly dollars: number;
}

export interface Cost {
  /** What the messages cost. */
  readonly messages: readonly Line[];
  /** What a month costs in which none is sent. */
  readonly month: readonly Line[];
}

/**
 * What was measured, and what was not. The throughput of the embedded target is that of docs/benchmarks.md on two cores. On AWS nothing
 * has been measured: a worker's throughput there is an assumption, on the safe side of what its CPU should do.
 */
export const ASSUMED = {
  embeddedPerSecond: 22_928,
  /** Of one worker of 1 vCPU, or one function of 1 GB, which has 0.58 of one. */
  workerPerSecond: 1_000,
  functionPerSecond: 500,
  /** GB of the function of a lane, and of that which hears of deliveries. */
  laneGb: 1,
  httpGb: 0.5,
  reportSeconds: 0.03,
  /** KB on the disk of the embedded target, and in the table beside the row, for each message. */
  diskKb: 0.5,
  besideRowKb: 0.3,
  /** Ticks of a month, and GB-seconds of one that finds nothing. */
  ticks: 43_200,
  tickGbSeconds: 0.5,
} as const;

const HOURS = 730;

function line(what: string, name: PriceName, quantity: number): Line {
  return { what, quantity, price: name, dollars: quantity * PRICES[name].dollars };
}

export interface Workload extends Messages {
  readonly messages: number;
  /** What the provider takes for a message is part of it. */
  readonly withProvider: boolean;
}

export function costOf(target: CostedTarget, load: Workload): Cost {
  const cost = { embedded: ofEmbedded, container: ofContainer, lambda: ofLambda }[target](load);
  const isSes = load.provider.hasOwnIds;
  if (!load.withProvider || !isSes) return cost;
  return { ...cost, messages: [...cost.messages, line('SES', 'sesMail', load.messages)] };
}

function ofEmbedded({ messages }: Workload): Cost {
  return {
    messages: [line('disk', 'diskGb', (messages * ASSUMED.diskKb) / 1e6)],
    month: [line('one machine with 2 cores', 'machineHour', HOURS)],
  };
}

/** Table and queues: the same for both. */
function kept(load: Workload): readonly Line[] {
  const { writes, reads } = workOf(load);
  const { messages, rowKb } = load;
  const gb = (messages * (rowKb + ASSUMED.besideRowKb)) / 1e6;
  return [
    line('DynamoDB writes', 'dynamoWrite', messages * sumOf(writes)),
    line('DynamoDB reads', 'dynamoRead', messages * sumOf(reads)),
    line('DynamoDB storage for a month', 'dynamoStorage', gb),
    line('DynamoDB backup for a month', 'dynamoBackup', gb),
    // Sent, received and deleted, and once more for who comes back.
    line('SQS', 'sqsRequest', (4 * messages) / PARCEL),
  ];
}

function ofContainer(load: Workload): Cost {
  const hours = load.messages / ASSUMED.workerPerSecond / 3600;
  return {
    messages: [
      ...kept(load),
      line('workers: CPU', 'fargateCpu', hours),
      line('workers: memory', 'fargateGb', hours),
      ...reportsBySns(load),
    ],
    month: [
      // As deploy/aws has them at least: two of api, realtime and worker, and a timer; a NAT for each zone. Not the traffic.
      line('7 tasks: CPU', 'fargateCpu', HOURS * (2 * 0.5 + 2 * 0.5 + 2 * 1 + 0.25)),
      line('7 tasks: memory', 'fargateGb', HOURS * (2 * 1 + 2 * 1 + 2 * 2 + 0.5)),
      line('Redis, two nodes', 'redisHour', 2 * HOURS),
      line('load balancer', 'balancerHour', HOURS),
      line('NAT, two gateways', 'natHour', 2 * HOURS),
    ],
  };
}

function ofLambda(load: Workload): Cost {
  const { messages, reported } = load;
  const calls = messages / PARCEL;
  const reports = reported * messages;
  return {
    messages: [
      ...kept(load),
      line('lanes: requests', 'lambdaRequest', calls),
      line('lanes: time', 'lambdaGbSecond', (ASSUMED.laneGb * messages) / ASSUMED.functionPerSecond),
      ...reportsBySns(load),
      line('reports: HTTP API', 'httpRequest', reports),
      line('reports: requests', 'lambdaRequest', reports),
      line('reports: time', 'lambdaGbSecond', reports * ASSUMED.reportSeconds * ASSUMED.httpGb),
    ],
    month: [
      line('timer: requests', 'lambdaRequest', ASSUMED.ticks),
      line('timer: time', 'lambdaGbSecond', ASSUMED.ticks * ASSUMED.tickGbSeconds),
      line('SQS, asked in vain', 'sqsRequest', (3 * 5 * 3600 * HOURS) / 20),
    ],
  };
}

/** The others tell of several messages in one call, and by themselves. */
function reportsBySns({ messages, reported, provider }: Workload): readonly Line[] {
  if (!provider.hasOwnIds || reported === 0) return [];
  return [
    line('reports: SNS', 'snsPublish', reported * messages),
    line('reports: SNS over HTTP', 'snsHttp', reported * messages),
  ];
}

export const dollarsOf = (lines: readonly Line[]): number =>
  lines.reduce((sum, { dollars }) => sum + dollars, 0);
