import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

/**
 * `settings` is filled by an operator: a JSON object of the variables that are secret, `RESEND_API_KEY` for example. The others are made
 * by whichever function first asks for them, and are never changed: what is signed with them is out in the world.
 */
export type SecretName = 'settings' | 'signed-links' | 'user-tokens';

export class KeptSecrets extends Construct {
  /** Before the name of each one. */
  readonly prefix: string;
  readonly settings: ISecret;

  constructor(scope: Construct, id: string, deployment: string) {
    super(scope, id);
    this.prefix = `${deployment}/`;
    this.settings = new Secret(this, 'Settings', {
      secretName: `${this.prefix}settings`,
      description: 'A JSON object: names and values of the settings that are secret.',
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'POSTHORN_API_KEY',
        passwordLength: 48,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.RETAIN,
    }) as ISecret;
  }

  grantRead({ grantPrincipal }: IGrantable, names: readonly SecretName[]): void {
    if (names.includes('settings'))
      grantPrincipal.addToPrincipalPolicy(
        new PolicyStatement({
          actions: ['secretsmanager:GetSecretValue'],
          resources: [this.settings.secretArn],
        }),
      );
    const made = names.filter((name) => name !== 'settings');
    if (made.length > 0)
      grantPrincipal.addToPrincipalPolicy(
        new PolicyStatement({
          actions: ['secretsmanager:CreateSecret', 'secretsmanager:GetSecretValue'],
          resources: made.flatMap((name) => this.#arnsOf(name)),
        }),
      );
  }

  /** Before it is made a secret goes by its name; then by its name and six characters that nobody knows before. */
  #arnsOf(name: SecretName): string[] {
    const arn = Stack.of(this).formatArn({
      service: 'secretsmanager',
      resource: 'secret',
      resourceName: `${this.prefix}${name}`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    return [arn, `${arn}-??????`];
  }
}
