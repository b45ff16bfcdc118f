import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { parse, parseAllDocuments } from 'yaml';
import { ROLES, serverConfigOf } from '#apps/server/src/config/server-config.js';
import { root } from '#test/architecture/repository.js';
import { type BuildStage, stagesOf } from './testing/dockerfile.js';
import { type Emulators, startEmulators } from './testing/emulators.js';

const folder = join(root, 'deploy', 'container');
const text = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8');

/** What was read from YAML, of which the test says by and by what it is. */
interface Tree {
  readonly [name: string]: Tree | undefined;
}
const trees = (value: unknown): readonly Tree[] => value as readonly Tree[];
const isOurs = ({ image }: Tree): boolean => String(image) === 'posthorn:0.1.0';
const values = (value: unknown): readonly Tree[] => Object.values(value as Record<string, Tree>);

/** Where AWS is found, by the container target alone. */
const OF_THE_TARGET = [
  'DYNAMODB_ENDPOINT',
  'SQS_ENDPOINT',
  'S3_ENDPOINT',
  'REDIS_URL',
  'REDIS_PASSWORD',
  'POSTHORN_TABLE',
  'POSTHORN_QUEUES',
  'POSTHORN_BUCKET',
  'POSTHORN_SECRETS',
];
/** Every name that the server's configuration reads, as its sources say. */
const read = new Set([
  ...OF_THE_TARGET,
  ...readdirSync(join(root, 'apps/server/src/config'), { encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => readFileSync(join(root, 'apps/server/src/config', file), 'utf8'))
    .concat(
      ['libs/adapters/ses', 'libs/adapters/channels'].flatMap((path) =>
        readdirSync(join(root, path), { encoding: 'utf8' }).map((file) =>
          readFileSync(join(root, path, file), 'utf8'),
        ),
      ),
    )
    .flatMap((source) => [...source.matchAll(/'([A-Z][A-Z0-9_]+)'/g)].map(([, name = '']) => name)),
  'EMAIL_PROVIDERS',
  'NODE_ENV',
]);

describe('The Dockerfile', () => {
  const stages = new Map(stagesOf(text('Dockerfile')).map((stage) => [stage.name, stage]));
  const production = stages.get('production')!;
  const of = (stage: BuildStage, name: string): readonly string[] =>
    stage.instructions.filter((one) => one.name === name).map(({ rest }) => rest);

  it('builds on nothing that may change under its name', () => {
    const bases = [...stages.values()].map(({ from }) => from).filter((from) => !stages.has(from));
    expect(new Set(bases)).toEqual(new Set(['node:24-slim']));
  });

  it('runs as nobody in particular, by number', () => {
    expect(of(production, 'USER')).toEqual(['1000:1000']);
    expect(production.instructions.findIndex(({ name }) => name === 'USER')).toBeGreaterThan(
      production.instructions.findLastIndex(({ name }) => name === 'COPY' || name === 'RUN'),
    );
  });

  it('asks itself whether it lives, at an address that there is', () => {
    expect(of(production, 'HEALTHCHECK').join()).toContain('/health/live');
    const controller = readFileSync(join(root, 'libs/adapters/rest/health/health.controller.ts'), 'utf8');
    expect(controller).toContain("@RestController('health')");
    expect(controller).toContain("@Get('live')");
  });

  it('brings production packages and what was built, and nothing else', () => {
    expect(of(production, 'COPY')).toEqual([
      '--from=packages /app/node_modules ./node_modules',
      '--from=build /app/dist/bundle ./dist/bundle',
      '--from=build /app/dist/apps ./dist/apps',
      '--from=build /app/dist/libs ./dist/libs',
      '--from=build /app/dist/openapi.json ./dist/openapi.json',
      'package.json LICENSE ./',
    ]);
    expect(of(stages.get('packages')!, 'RUN').join()).toContain('npm ci --omit=dev');
  });

  it('copies into the build what is there and what its ignore file lets through', () => {
    const wanted = [...stages.values()]
      .flatMap((stage) => of(stage, 'COPY'))
      .filter((rest) => !rest.startsWith('--from'))
      .flatMap((rest) => rest.split(' ').slice(0, -1));
    const allowed = text('Dockerfile.dockerignore').split('\n');
    for (const path of wanted) {
      expect(allowed).toContain(`!${path}`);
      expect(existsSync(join(root, path))).toBe(true);
    }
    expect(allowed).toContain('*');
  });

  it('holds no secret, and sets what the server reads', () => {
    const names = of(production, 'ENV').flatMap((rest) =>
      rest.split(/\s+/).map((one) => one.split('=')[0] ?? ''),
    );
    expect(names).toContain('POSTHORN_TARGET');
    for (const name of names) expect(read).toContain(name);
    expect(text('Dockerfile')).not.toMatch(/(KEY|SECRET|TOKEN|PASSWORD)\s*=/);
    expect([...stages.values()].flatMap((stage) => of(stage, 'ARG'))).toEqual([]);
  });

  it('starts what the build writes', () => {
    const [, main = ''] = JSON.parse(of(production, 'CMD').join()) as string[];
    expect(main).toBe('dist/bundle/apps/server/src/main.js');
    expect(existsSync(join(root, main))).toBe(true);
  });

  it('brings what the bundle reads and starts outside of itself', () => {
    const copied = of(production, 'COPY').flatMap((rest) => rest.split(' ').slice(-1));
    const places = bundledFiles().flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/new URL\("(\.[^"]+)", import\.meta\.url\)/g)].map(
        ([, path = '']) => relative(root, join(dirname(file), path)),
      ),
    );
    expect(places.length).toBeGreaterThan(20);
    for (const place of places)
      expect(copied.some((path) => `./${place}`.startsWith(`${path}/`) || `./${place}` === path)).toBe(true);
  });

  it('adds less than 250 MB to its base, and what the README says', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
    };
    const production = Object.entries(packages)
      .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
      .map(([path]) => join(root, path))
      .filter((path) => existsSync(path));
    expect(production.length).toBeGreaterThan(100);
    const packaged = production.reduce((sum, path) => sum + sizeOf(path, () => true), 0);
    const built = ['apps', 'libs', 'bundle']
      .map((path) => sizeOf(join(root, 'dist', path), (name) => !/\.(map|d\.ts|spec\.js)$/.test(name)))
      .reduce((sum, one) => sum + one, 0);
    expect(built).toBeGreaterThan(1e6);
    expect(packaged + built).toBeLessThan(250e6);
    const said = /Some (\d+) MB of packages and (\d+) MB of our own/
      .exec(text('README.md'))
      ?.slice(1)
      .map(Number);
    const off = [packaged, built].map((size, i) => Math.abs(size / 1e6 / (said?.[i] ?? 0) - 1));
    expect({ packaged, built, isSaid: Math.max(...off) < 0.15 }).toMatchObject({ isSaid: true });
  });
});

describe('The compose file', () => {
  const compose = parse(text('compose.yaml'), { merge: true }) as Tree;
  const services = Object.entries(compose['services'] as Record<string, Tree>);
  const ours = services.filter(([, service]) => isOurs(service));

  it('runs each role in processes of its own, and two of those that may die in the middle', () => {
    const roles = ours.map(([, { environment }]) => environment?.['POSTHORN_ROLES']);
    expect(new Set(roles)).toEqual(new Set(ROLES));
    expect(roles.toSorted()).toEqual(['api', 'api', 'realtime', 'realtime', 'timer', 'worker', 'worker']);
  });

  it('sets variables that the server reads, to values that it takes', () => {
    for (const [, { environment }] of ours) {
      const set = environment as unknown as Record<string, string>;
      for (const name of Object.keys(set)) expect(read).toContain(name);
      const given = Object.entries(set).map(([name, value]) => [
        name,
        value.replace(/\$\{\w+:-(.*)\}/, '$1').replace(/\$\{.*\}/, 'x'.repeat(40)),
      ]);
      const env = Object.fromEntries(given) as Record<string, string>;
      const config = serverConfigOf({ ...env, HOST: '0.0.0.0' }, parse(text('posthorn.config.yaml')), root);
      expect(config).toMatchObject({ target: 'container', roles: [set['POSTHORN_ROLES']] });
      expect(config.door.trustedProxies).toHaveLength(1);
    }
  });

  it('holds no secret of its own', () => {
    for (const [, { environment }] of ours)
      for (const name of ['POSTHORN_API_KEY', 'CHAT_JWT_SECRET'])
        expect(environment?.[name]).toMatch(new RegExp(`^\\$\\{${name}:\\?`));
  });

  it('names images by their version, and those of nobody’s own', () => {
    for (const [, { image }] of services) {
      expect(image).toMatch(/^[a-z-]+:\d/);
      expect(image).not.toContain('latest');
    }
  });

  it('gives our processes nothing to write to and no rights', () => {
    for (const [, service] of ours)
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], init: true });
  });

  it('gives them no disk, as the target has no use for one', () => {
    for (const [, { volumes }] of ours)
      expect(volumes).toEqual(['./posthorn.config.yaml:/app/posthorn.config.yaml:ro']);
    expect(compose['volumes']).toBeUndefined();
    for (const file of ['container', 'open-aws', 'open-hot-state', 'over-dynamo'])
      expect(readFileSync(join(root, `apps/server/src/targets/${file}.ts`), 'utf8')).not.toContain('dataDir');
  });

  it('waits for services that there are, and says of those how it knows that they are ready', () => {
    const names = services.map(([name]) => name);
    for (const [, { depends_on: on = {} }] of services) {
      const others = Array.isArray(on) ? (on as string[]) : Object.keys(on as object);
      for (const other of others) expect(names).toContain(other);
      if (!Array.isArray(on))
        for (const other of others)
          expect(services.find(([name]) => name === other)?.[1]).toHaveProperty('healthcheck');
    }
  });

  it('has nginx before the processes that it runs, at the port on which they listen', () => {
    const upstreams = [...text('nginx.conf').matchAll(/server ([\w-]+):(\d+)/g)];
    const reached = services.map(([name]) => name).filter((name) => /^(api|realtime)-/.test(name));
    expect(upstreams.map(([, name]) => name).toSorted()).toEqual(reached.toSorted());
    expect(new Set(upstreams.map(([, , port]) => port))).toEqual(new Set(['3000']));
    expect(text('nginx.conf')).toMatch(/location \/socket\.io\/ \{\s*proxy_pass http:\/\/realtime;/);
  });
});

describe('The manifests of Kubernetes', () => {
  const objects = readdirSync(join(folder, 'kubernetes')).flatMap((file) =>
    parseAllDocuments(text('kubernetes', file)).map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJS() as Tree;
    }),
  );
  const ofKind = (kind: string): readonly Tree[] => objects.filter((one) => String(one['kind']) === kind);
  const nameOf = (one: Tree): unknown => one['metadata']?.['name'];
  const deployments = ofKind('Deployment');
  const pods = deployments.map((one) => one['spec']!['template']!['spec']!);
  const containers = pods.flatMap((pod) => trees(pod['containers']));

  it('deploy each role', () => {
    const roles = containers.flatMap(({ env }) => trees(env)).map(({ name, value }) => [name, value]);
    expect(roles.toSorted()).toEqual(ROLES.map((role) => ['POSTHORN_ROLES', role]).toSorted());
    expect(deployments.map(nameOf).toSorted()).toEqual(ROLES.map((role) => `posthorn-${role}`).toSorted());
  });

  it('let a process start, serve and end in its own time', () => {
    for (const container of containers) {
      expect(container).toMatchObject({
        startupProbe: { httpGet: { path: '/health/live' } },
        livenessProbe: { httpGet: { path: '/health/live' } },
        readinessProbe: { httpGet: { path: '/health/ready' } },
      });
    }
    // 25 s to stop in, and the 5 s before.
    for (const pod of pods) expect(pod['terminationGracePeriodSeconds']).toBeGreaterThan(30);
  });

  it('bound what a process may take, and give it no rights', () => {
    for (const { resources, securityContext, image } of containers) {
      expect(resources?.['requests']).toHaveProperty('cpu');
      expect(resources?.['requests']).toHaveProperty('memory');
      expect(resources?.['limits']).toHaveProperty('memory');
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(image).toBe('posthorn:0.1.0');
    }
    for (const pod of pods)
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      });
  });

  it('take away one of each at a time, and add more of those that can share', () => {
    expect(ofKind('PodDisruptionBudget').map(nameOf).toSorted()).toEqual(deployments.map(nameOf).toSorted());
    const scaled = ofKind('HorizontalPodAutoscaler');
    expect(scaled.map(nameOf).toSorted()).toEqual(['posthorn-api', 'posthorn-realtime', 'posthorn-worker']);
    for (const one of scaled) {
      expect(one['spec']!['scaleTargetRef']!['name']).toBe(nameOf(one));
      const { replicas } = deployments.find((other) => nameOf(other) === nameOf(one))!['spec']!;
      expect(one['spec']!['minReplicas']).toBe(replicas);
    }
  });

  it('select the pods that they mean', () => {
    const labels = deployments.map((one) => one['spec']!['template']!['metadata']!['labels']!);
    const selectors = [
      ...[...deployments, ...ofKind('PodDisruptionBudget')].map(
        (one) => one['spec']!['selector']!['matchLabels']!,
      ),
      ...ofKind('Service').map((one) => one['spec']!['selector']!),
    ];
    expect(selectors.length).toBe(10);
    for (const selector of selectors) expect(labels).toContainEqual(selector);
  });

  it('set variables that the server reads, and keep secrets out of files', () => {
    const [{ data } = {}] = ofKind('ConfigMap');
    for (const name of Object.keys(data as object)) expect(read).toContain(name);
    expect(ofKind('Secret')).toEqual([]);
    for (const { envFrom } of containers)
      expect(trees(envFrom)).toEqual([
        { configMapRef: { name: 'posthorn' } },
        { secretRef: { name: 'posthorn' } },
      ]);
  });

  it('lead requests to services that there are', () => {
    const [ingress] = ofKind('Ingress');
    const [rule] = trees(ingress?.['spec']?.['rules']);
    const paths = trees(rule?.['http']?.['paths']);
    const services = ofKind('Service').map(nameOf);
    expect(paths.map(({ path }) => path)).toEqual(['/socket.io/', '/']);
    for (const { backend } of paths) expect(services).toContain(backend?.['service']?.['name']);
    expect(values(paths[0]?.['backend'])).toHaveLength(1);
  });
});

describe('The emulators', () => {
  const account = { region: 'us-east-1', credentials: { accessKeyId: 'any', secretAccessKey: 'any' } };
  let emulators: Emulators;

  beforeAll(async () => {
    emulators = await startEmulators({ host: '127.0.0.1', dynamoPort: 0, awsPort: 0 });
  });

  afterAll(() => emulators.stop());

  it('have the table, the queues of the lanes with their dead letters, and the bucket', async () => {
    const database = new DynamoDBClient({ ...account, endpoint: emulators.dynamoUrl });
    const queues = new SQSClient({ ...account, endpoint: emulators.awsUrl });
    const blobs = new S3Client({ ...account, endpoint: emulators.awsUrl, forcePathStyle: true });
    const { Table } = await database.send(new DescribeTableCommand({ TableName: 'posthorn' }));
    expect(Table?.GlobalSecondaryIndexes).toHaveLength(3);
    const { QueueUrls = [] } = await queues.send(new ListQueuesCommand({}));
    expect(QueueUrls.map((url) => url.split('/').at(-1)).toSorted()).toEqual(
      ['bulk', 'critical', 'standard'].flatMap((lane) => [`posthorn-${lane}`, `posthorn-${lane}-dead`]),
    );
    const { Buckets } = await blobs.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual(['posthorn']);
    for (const one of [database, queues, blobs]) one.destroy();
  });
});

function bundledFiles(): readonly string[] {
  const bundle = join(root, 'dist/bundle');
  const files = readdirSync(bundle, { recursive: true, encoding: 'utf8' });
  // What tests start is taken out of the image.
  return files
    .filter((name) => name.endsWith('.js') && !name.startsWith('test/'))
    .map((name) => join(bundle, name));
}

function sizeOf(path: string, counts: (name: string) => boolean): number {
  return readdirSync(path, { withFileTypes: true }).reduce((sum, entry) => {
    if (entry.name === 'node_modules') return sum;
    const whole = join(path, entry.name);
    if (entry.isDirectory()) return sum + sizeOf(whole, counts);
    return entry.isFile() && counts(entry.name) ? sum + lstatSync(whole).size : sum;
  }, 0);
}
