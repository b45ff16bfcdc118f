/** What one unit costs, in dollars, and the page that says so. */
export interface Price {
  readonly dollars: number;
  readonly per: string;
  readonly page: string;
}

/**
 * US East (N. Virginia), on demand, without free tiers, discounts for quantity and taxes. As known on the day that is named, and not read off
 * the pages, which could not be reached then: they have the prices of today, look there before you decide.
 */
export const TAKEN_DOWN = '2026-11-21';

const price = (dollars: number, per: string, page: string): Price => ({ dollars, per, page });

export const PRICES = {
  dynamoWrite: price(0.625e-6, 'write request unit', 'aws.amazon.com/dynamodb/pricing/on-demand'),
  dynamoRead: price(0.125e-6, 'read request unit', 'aws.amazon.com/dynamodb/pricing/on-demand'),
  dynamoStorage: price(0.25, 'GB and month', 'aws.amazon.com/dynamodb/pricing/on-demand'),
  dynamoBackup: price(0.2, 'GB and month', 'aws.amazon.com/dynamodb/pricing/on-demand'),
  sqsRequest: price(0.4e-6, 'request', 'aws.amazon.com/sqs/pricing'),
  lambdaRequest: price(0.2e-6, 'request', 'aws.amazon.com/lambda/pricing'),
  lambdaGbSecond: price(0.0000133334, 'GB-second (Arm)', 'aws.amazon.com/lambda/pricing'),
  httpRequest: price(1e-6, 'request', 'aws.amazon.com/api-gateway/pricing'),
  snsPublish: price(0.5e-6, 'notification', 'aws.amazon.com/sns/pricing'),
  snsHttp: price(0.6e-6, 'delivery over HTTP', 'aws.amazon.com/sns/pricing'),
  fargateCpu: price(0.04048, 'vCPU-hour', 'aws.amazon.com/fargate/pricing'),
  fargateGb: price(0.004445, 'GB-hour', 'aws.amazon.com/fargate/pricing'),
  redisHour: price(0.032, 'hour of cache.t4g.small', 'aws.amazon.com/elasticache/pricing'),
  balancerHour: price(0.0225, 'hour of a load balancer', 'aws.amazon.com/elasticloadbalancing/pricing'),
  machineHour: price(0.0672, 'hour of t4g.large', 'aws.amazon.com/ec2/pricing/on-demand'),
  diskGb: price(0.08, 'GB and month of gp3', 'aws.amazon.com/ebs/pricing'),
  sesMail: price(0.0001, 'mail', 'aws.amazon.com/ses/pricing'),
} as const satisfies Record<string, Price>;

export type PriceName = keyof typeof PRICES;
