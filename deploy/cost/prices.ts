/** Where a price was read, of what was stored of pages: AWS's own were kept without the tables that their pages fill in when they are shown. */
export interface Reading {
  readonly page: string;
  /** As the page dates itself; undefined if it does not. */
  readonly of?: string;
}

/** What one unit costs, in dollars, and the page that says so today. */
export interface Price {
  readonly dollars: number;
  readonly per: string;
  readonly page: string;
  /** Undefined: nobody was found who says so, and it is as known. */
  readonly read?: Reading;
}

/**
 * US East (N. Virginia), on demand, without free tiers, discounts for quantity and taxes. Compared, on the day that is named, with what
 * others had written down of the pages: the pages themselves could not be reached. They have the prices of today, look there before you decide.
 */
export const TAKEN_DOWN = '2026-11-21';

const price = (dollars: number, per: string, page: string, read?: Reading): Price => ({
  ...{ dollars, per, page },
  ...(read && { read }),
});

const DYNAMO = { page: 'airbyte.com/data-engineering-resources/dynamodb-pricing', of: '2025-07-21' };
const SQS = { page: 'cloudburn.io/blog/amazon-sqs-pricing', of: '2026-03-14' };
const LAMBDA = { page: 'cloudchipr.com/blog/aws-lambda-pricing', of: '2024' };
const LAMBDA_REQUESTS = {
  page: 'git.mcrn.ar/mariano/lambda_local_runner/…/docs/lambdas-md/lambda-13-cost.md',
};
const API = { page: 'awsforengineers.com/blog/aws-api-gateway-pricing-explained', of: '2025-05-19' };
const SNS = { page: 'factualminds.com/blog/amazon-sns-pricing-publishes-fanout-protocols', of: '2026-06-13' };
const FARGATE = { page: 'wring.co/blog/aws-fargate-pricing-guide', of: '2026-03-10' };
const BALANCER = { page: 'awsnegotiations.com/elastic-load-balancer-cost.html', of: '2026-05' };
const NAT = { page: 'cloudburn.io/blog/aws-nat-gateway-pricing', of: '2026-02-24' };
const SES = { page: 'acecloudinterviews.com/tutorials/aws/ses' };

export const PRICES = {
  dynamoWrite: price(0.625e-6, 'write request unit', 'aws.amazon.com/dynamodb/pricing/on-demand', DYNAMO),
  dynamoRead: price(0.125e-6, 'read request unit', 'aws.amazon.com/dynamodb/pricing/on-demand', DYNAMO),
  // The only one that was read off AWS's own page, an older state of it.
  dynamoStorage: price(0.25, 'GB and month', 'aws.amazon.com/dynamodb/pricing/on-demand', {
    page: 'aws.amazon.com/dynamodb/pricing',
  }),
  dynamoBackup: price(0.2, 'GB and month', 'aws.amazon.com/dynamodb/pricing/on-demand'),
  sqsRequest: price(0.4e-6, 'request', 'aws.amazon.com/sqs/pricing', SQS),
  lambdaRequest: price(0.2e-6, 'request', 'aws.amazon.com/lambda/pricing', LAMBDA_REQUESTS),
  lambdaGbSecond: price(0.0000133334, 'GB-second (Arm)', 'aws.amazon.com/lambda/pricing', LAMBDA),
  httpRequest: price(1e-6, 'request', 'aws.amazon.com/api-gateway/pricing', API),
  snsPublish: price(0.5e-6, 'notification', 'aws.amazon.com/sns/pricing', SNS),
  snsHttp: price(0.6e-6, 'delivery over HTTP', 'aws.amazon.com/sns/pricing', SNS),
  fargateCpu: price(0.04048, 'vCPU-hour (x86)', 'aws.amazon.com/fargate/pricing', FARGATE),
  fargateGb: price(0.004445, 'GB-hour (x86)', 'aws.amazon.com/fargate/pricing', FARGATE),
  // Of Redis OSS. Valkey, which the stack deploys, is said to be a fifth cheaper.
  redisHour: price(0.032, 'hour of cache.t4g.small', 'aws.amazon.com/elasticache/pricing'),
  balancerHour: price(
    0.0225,
    'hour of a load balancer',
    'aws.amazon.com/elasticloadbalancing/pricing',
    BALANCER,
  ),
  natHour: price(0.045, 'hour of a NAT gateway', 'aws.amazon.com/vpc/pricing', NAT),
  machineHour: price(0.0672, 'hour of t4g.large', 'aws.amazon.com/ec2/pricing/on-demand'),
  diskGb: price(0.08, 'GB and month of gp3', 'aws.amazon.com/ebs/pricing'),
  sesMail: price(0.0001, 'mail', 'aws.amazon.com/ses/pricing', SES),
} as const satisfies Record<string, Price>;

export type PriceName = keyof typeof PRICES;
