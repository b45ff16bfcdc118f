import { Duration } from 'aws-cdk-lib/core';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import {
  ApplicationListener,
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  HttpCodeElb,
  ListenerAction,
  ListenerCondition,
  SslPolicy,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { told } from './dead-letters.js';
import { PORT, type PrivateNetwork } from './private-network.js';
import type { RoleService } from './role-service.js';

/** As nginx has it: the account of a campaign is a stream of events, and a file takes its time. Sockets ping every 25 s. */
const IDLE_SECONDS = 300;

export interface FrontDoorProps {
  readonly prefix: string;
  readonly network: PrivateNetwork;
  readonly certificateArn: string;
  readonly api: RoleService;
  readonly realtime: RoleService;
  readonly alarms: ITopic;
}

/**
 * The load balancer: sockets to `realtime`, everything else to `api`, HTTPS only. No client is bound to a task: what a socket has to know
 * is in the log and in Redis, and clients open WebSockets at once (long polling would have to find its way back to one task).
 */
export class FrontDoor extends Construct {
  readonly balancer: ApplicationLoadBalancer;
  readonly #props: FrontDoorProps;

  constructor(scope: Construct, id: string, props: FrontDoorProps) {
    super(scope, id);
    this.#props = props;
    const { prefix, network, certificateArn, api, realtime } = props;
    this.balancer = new ApplicationLoadBalancer(this, 'Balancer', {
      loadBalancerName: prefix,
      vpc: network.vpc,
      vpcSubnets: { subnets: network.vpc.publicSubnets },
      internetFacing: true,
      securityGroup: network.door,
      idleTimeout: Duration.seconds(IDLE_SECONDS),
      dropInvalidHeaderFields: true,
      deletionProtection: true,
    });
    const targets = { api: this.#targets('api', api), realtime: this.#targets('realtime', realtime) };
    const https = new ApplicationListener(this, 'Https', {
      loadBalancer: this.balancer,
      port: 443,
      protocol: ApplicationProtocol.HTTPS,
      sslPolicy: SslPolicy.TLS13_RES,
      certificates: [Certificate.fromCertificateArn(this, 'Certificate', certificateArn)],
      open: false,
      defaultAction: ListenerAction.forward([targets.api]),
    });
    https.addAction('Sockets', {
      priority: 10,
      conditions: [ListenerCondition.pathPatterns(['/socket.io/*'])],
      action: ListenerAction.forward([targets.realtime]),
    });
    https.addAction('NotMetrics', {
      priority: 20,
      // Of one process, by chance: whoever gathers them asks each for its own.
      conditions: [ListenerCondition.pathPatterns(['/metrics'])],
      action: ListenerAction.fixedResponse(404),
    });
    new ApplicationListener(this, 'Http', {
      loadBalancer: this.balancer,
      port: 80,
      protocol: ApplicationProtocol.HTTP,
      open: false,
      defaultAction: ListenerAction.redirect({ protocol: 'HTTPS', port: '443', permanent: true }),
    });
    this.#alarms(targets);
  }

  #alarms(targets: Readonly<Record<'api' | 'realtime', ApplicationTargetGroup>>): void {
    const { prefix, alarms } = this.#props;
    const period = Duration.minutes(1);
    told(
      this.balancer.metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, { period }).createAlarm(this, 'Errors', {
        ...UNUSUAL,
        alarmName: `${prefix}-balancer-errors`,
        alarmDescription: 'The load balancer found no task to answer.',
        threshold: 10,
      }),
      alarms,
    );
    for (const [role, group] of Object.entries(targets))
      told(
        group.metrics
          .unhealthyHostCount({ statistic: 'Maximum', period })
          .createAlarm(this, `Unhealthy-${role}`, {
            ...UNUSUAL,
            alarmName: `${prefix}-${role}-unhealthy`,
            alarmDescription: `A task of ${role} is not ready for requests, and stays so.`,
            threshold: 0,
          }),
        alarms,
      );
  }

  #targets(role: 'api' | 'realtime', { service }: RoleService): ApplicationTargetGroup {
    const { prefix, network } = this.#props;
    const group = new ApplicationTargetGroup(this, `Targets-${role}`, {
      targetGroupName: `${prefix}-${role}`,
      vpc: network.vpc,
      targetType: TargetType.IP,
      port: PORT,
      protocol: ApplicationProtocol.HTTP,
      targets: [service],
      // A task is told to end once it is out of the list for so long: sockets are then told when to come back.
      deregistrationDelay: Duration.seconds(20),
      healthCheck: {
        path: '/health/ready',
        healthyHttpCodes: '200',
        interval: Duration.seconds(10),
        timeout: Duration.seconds(6),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 2,
      },
    });
    return group;
  }
}

const UNUSUAL = {
  evaluationPeriods: 5,
  datapointsToAlarm: 3,
  comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
};
