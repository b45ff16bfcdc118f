import type { Named } from './resource.js';

type Tree = Readonly<Record<string, unknown>>;
const tree = (value: unknown): Tree => (typeof value === 'object' && value !== null ? (value as Tree) : {});
const trees = (value: unknown): readonly Tree[] => (Array.isArray(value) ? value.map(tree) : []);

/** What breaks a rule that holds for every resource of its kind, of those that only containers have. */
export function faultsOfContainers(one: Named, all: readonly Named[]): string[] {
  const unless = (holds: boolean, fault: string): string[] => (holds ? [] : [`${one.id}: ${fault}`]);
  const its = one.Properties;
  switch (one.Type) {
    case 'AWS::ElastiCache::ReplicationGroup':
      return [
        ...unless(its['AtRestEncryptionEnabled'] === true, 'is not encrypted'),
        ...unless(its['TransitEncryptionMode'] === 'required', 'speaks in clear'),
        ...unless(
          JSON.stringify(its['AuthToken'] ?? '').includes('{{resolve:secretsmanager:'),
          'asks for no secret',
        ),
        ...unless(its['AutomaticFailoverEnabled'] === true, 'is gone with its node'),
      ];
    case 'AWS::ECS::Service': {
      const network = tree(tree(its['NetworkConfiguration'])['AwsvpcConfiguration']);
      return [
        ...unless(network['AssignPublicIp'] === 'DISABLED', 'has public addresses'),
        ...unless(!subnetsOf(network['Subnets'], all).some(isPublic), 'runs in a public subnet'),
        ...unless(JSON.stringify(its).includes('"Rollback":true'), 'is not rolled back'),
        ...unless(its['EnableExecuteCommand'] === false, 'may be entered'),
      ];
    }
    case 'AWS::ECS::TaskDefinition':
      return trees(its['ContainerDefinitions']).flatMap((container) => [
        ...unless(container['ReadonlyRootFilesystem'] === true, 'writes to its image'),
        ...unless(/^[1-9]/.test(String(container['User'])), 'runs as root'),
        ...unless('HealthCheck' in container, 'is not asked whether it lives'),
        ...unless('LogConfiguration' in container, 'has no log'),
        ...unless(
          trees(container['Environment']).every(
            ({ Name }) => !/KEY|SECRET|PASSWORD/.test(String(Name).replace('POSTHORN_SECRETS', '')),
          ),
          'holds a secret in its template',
        ),
      ]);
    case 'AWS::EC2::Subnet':
      return unless(its['MapPublicIpOnLaunch'] !== true, 'gives public addresses');
    case 'AWS::EC2::SecurityGroupIngress':
      return unless(
        its['CidrIp'] === undefined || [80, 443].includes(Number(its['FromPort'])),
        'is open to anybody',
      );
    case 'AWS::ElasticLoadBalancingV2::Listener': {
      const actions = trees(its['DefaultActions']).map(({ Type }) => Type);
      return unless(
        its['Protocol'] === 'HTTPS' || actions.every((type) => type === 'redirect'),
        'serves in clear',
      );
    }
    case 'AWS::ElasticLoadBalancingV2::TargetGroup':
      return [
        ...unless(its['HealthCheckPath'] === '/health/ready', 'does not ask whether tasks are ready'),
        ...unless(
          !JSON.stringify(its).includes('"stickiness.enabled","Value":"true"'),
          'binds clients to tasks',
        ),
      ];
    default:
      return [];
  }
}

/** Subnets by what refers to them. */
function subnetsOf(references: unknown, all: readonly Named[]): readonly Named[] {
  const ids = trees(references).map(({ Ref }) => String(Ref));
  return all.filter(({ Type, id }) => Type === 'AWS::EC2::Subnet' && ids.includes(id.split('/')[1] ?? ''));
}

function isPublic({ Properties }: Named): boolean {
  return JSON.stringify(Properties['Tags']).includes('"aws-cdk:subnet-type","Value":"Public"');
}
