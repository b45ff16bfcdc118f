import { Stack } from 'aws-cdk-lib/core';
import { ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import {
  ConfigurationSet,
  ConfigurationSetEventDestination,
  ConfigurationSetTlsPolicy,
  EmailIdentity,
  EmailSendingEvent,
  EventDestination,
  Identity,
  SuppressionReasons,
} from 'aws-cdk-lib/aws-ses';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { told } from './dead-letters.js';

/** Shares at which SES puts an account under review are 5 % and 0.1 %: one wants to know before. */
const REPUTATION = [
  { metricName: 'Reputation.BounceRate', threshold: 0.03 },
  { metricName: 'Reputation.ComplaintRate', threshold: 0.0008 },
] as const;

export interface MailOutProps {
  readonly prefix: string;
  readonly senderDomain: string | undefined;
  readonly events: ITopic;
  readonly alarms: ITopic;
}

/** SES: what is sent is sent with our configuration set, and what becomes of it is told on the topic. */
export class MailOut extends Construct {
  readonly configurationSet: string;
  readonly #identities: string;

  constructor(scope: Construct, id: string, { prefix, senderDomain, events, alarms }: MailOutProps) {
    super(scope, id);
    this.configurationSet = prefix;
    const set = new ConfigurationSet(this, 'Set', {
      configurationSetName: prefix,
      tlsPolicy: ConfigurationSetTlsPolicy.REQUIRE,
      reputationMetrics: true,
      suppressionReasons: SuppressionReasons.BOUNCES_AND_COMPLAINTS,
    });
    new ConfigurationSetEventDestination(this, 'Events', {
      configurationSet: set,
      configurationSetEventDestinationName: `${prefix}-mail-events`,
      destination: EventDestination.snsTopic(events),
      events: [
        EmailSendingEvent.DELIVERY,
        EmailSendingEvent.DELIVERY_DELAY,
        EmailSendingEvent.BOUNCE,
        EmailSendingEvent.COMPLAINT,
        EmailSendingEvent.REJECT,
        EmailSendingEvent.RENDERING_FAILURE,
      ],
    });
    if (senderDomain !== undefined)
      new EmailIdentity(this, 'Sender', {
        identity: Identity.domain(senderDomain),
        configurationSet: set,
      });
    this.#identities = senderDomain ?? '*';
    for (const { metricName, threshold } of REPUTATION)
      told(
        new Metric({ namespace: 'AWS/SES', metricName, statistic: 'Maximum' }).createAlarm(this, metricName, {
          alarmName: `${prefix}-${metricName}`,
          alarmDescription: 'Go on like this and SES stops sending for the account.',
          threshold,
          evaluationPeriods: 1,
          comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
          treatMissingData: TreatMissingData.IGNORE,
        }),
        alarms,
      );
  }

  grantSend({ grantPrincipal }: IGrantable): void {
    const stack = Stack.of(this);
    const named = (resource: string, resourceName: string): string =>
      stack.formatArn({ service: 'ses', resource, resourceName });
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['ses:SendBulkEmail', 'ses:SendEmail'],
        resources: [
          named('identity', this.#identities),
          named('configuration-set', this.configurationSet),
          // A bulk call with a template in it is checked against the name of a template nevertheless.
          named('template', '*'),
        ],
      }),
    );
    // How much the account may send, and how fast. IAM knows no resource for it.
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['ses:GetAccount'], resources: ['*'] }),
    );
  }
}
