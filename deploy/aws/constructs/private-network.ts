import { Fn } from 'aws-cdk-lib/core';
import {
  GatewayVpcEndpointAwsService,
  type IVpc,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';

/** Of the load balancer and of tasks: whose addresses are those of a proxy. */
export const NETWORK = '10.40.0.0/16';
export const PORT = 3000;
const REDIS_PORT = 6379;

/**
 * Two zones, in each a public subnet that holds nothing but the balancer's and the NAT's interfaces, and a private one for everything of
 * ours. The table and the bucket are reached by gateway endpoints, which are free; everything else goes out by NAT: providers and the
 * endpoints of customers' webhooks are on the Internet anyway.
 */
export class PrivateNetwork extends Construct {
  // As others see it: of the class itself CDK's types say undefined where those of the interface say absent.
  readonly vpc: IVpc;
  /** May be reached by anybody. */
  readonly door: SecurityGroup;
  /** Reached by the door only. */
  readonly serving: SecurityGroup;
  /** Reached by nobody. */
  readonly working: SecurityGroup;
  /** Reached by what serves and what works. */
  readonly shared: SecurityGroup;

  constructor(scope: Construct, id: string, { natGateways }: { readonly natGateways: number }) {
    super(scope, id);
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(NETWORK),
      // Told apart when it is deployed: nobody has to be asked now which zones there are.
      availabilityZones: [0, 1].map((n) => Fn.select(n, Fn.getAzs())),
      natGateways,
      subnetConfiguration: [
        { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        { name: 'private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
      ],
      gatewayEndpoints: {
        Table: { service: GatewayVpcEndpointAwsService.DYNAMODB },
        Bucket: { service: GatewayVpcEndpointAwsService.S3 },
      },
      // It would bring a function of its own. The group is used by nothing here.
      restrictDefaultSecurityGroup: false,
    }) as IVpc;
    this.door = this.#group('Door', false, 'The load balancer');
    this.serving = this.#group('Serving', true, 'Tasks that requests and sockets reach');
    this.working = this.#group('Working', true, 'Tasks that nobody reaches');
    this.shared = this.#group('Shared', false, 'Redis');
    this.door.addIngressRule(Peer.anyIpv4(), Port.tcp(443), 'HTTPS');
    this.door.addIngressRule(Peer.anyIpv4(), Port.tcp(80), 'Only to be led to HTTPS');
    this.door.addEgressRule(this.serving, Port.tcp(PORT), 'Requests, sockets, and whether they are well');
    this.serving.addIngressRule(this.door, Port.tcp(PORT), 'From the load balancer');
    for (const group of [this.serving, this.working])
      this.shared.addIngressRule(group, Port.tcp(REDIS_PORT), 'From our tasks');
  }

  #group(name: string, allowAllOutbound: boolean, description: string): SecurityGroup {
    return new SecurityGroup(this, name, {
      vpc: this.vpc,
      description,
      allowAllOutbound,
      disableInlineRules: true,
    });
  }
}
