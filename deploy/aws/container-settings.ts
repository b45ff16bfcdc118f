import type { Role } from '#apps/server/src/config/server-config.js';

export interface RoleSizes {
  /** 1,024 are a virtual CPU. */
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly least: number;
  readonly most: number;
}

/** What differs between one deployment in containers and another. */
export interface ContainerSettings {
  /** In ECR, in this account and region. */
  readonly imageRepository: string;
  /** Of the image: a version, or a digest (`sha256:…`). */
  readonly imageTag: string;
  /** For which the image was built. */
  readonly architecture: 'arm64' | 'x86_64';
  /** Of the certificate for `publicUrl`, in the same region. */
  readonly certificateArn: string;
  /** Names in the secret `<prefix>/settings` that tasks are given, beside POSTHORN_API_KEY. */
  readonly secretSettings: readonly string[];
  /** One for each zone, or one for both: cheaper, and without its zone nothing is sent. */
  readonly natGateways: 1 | 2;
  readonly redisNodeType: string;
  readonly roles: Readonly<Record<Role, RoleSizes>>;
}

export const DEFAULT_CONTAINERS: Omit<ContainerSettings, 'certificateArn'> = {
  imageRepository: 'posthorn',
  imageTag: '0.1.0',
  architecture: 'x86_64',
  secretSettings: [],
  natGateways: 2,
  redisNodeType: 'cache.t4g.small',
  roles: {
    api: { cpu: 512, memoryMiB: 1024, least: 2, most: 10 },
    realtime: { cpu: 512, memoryMiB: 1024, least: 2, most: 10 },
    worker: { cpu: 1024, memoryMiB: 2048, least: 2, most: 20 },
    // One is enough; a second one for the minutes in which it is replaced.
    timer: { cpu: 256, memoryMiB: 512, least: 1, most: 2 },
  },
};

type Given = (name: string) => string | undefined;

/** Undefined unless `runs=containers`. @throws Error naming what is not valid */
export function readContainers(given: Given): ContainerSettings | undefined {
  const runs = given('runs') ?? 'functions';
  if (runs !== 'functions' && runs !== 'containers') throw new Error('runs must be functions or containers');
  if (runs === 'functions') return undefined;
  const certificateArn = given('certificateArn');
  if (certificateArn === undefined || given('publicUrl') === undefined)
    throw new Error('containers need publicUrl, and certificateArn of a certificate for it');
  const architecture = given('architecture') ?? DEFAULT_CONTAINERS.architecture;
  if (architecture !== 'arm64' && architecture !== 'x86_64')
    throw new Error('architecture must be arm64 or x86_64');
  const natGateways = given('natGateways') ?? '2';
  if (natGateways !== '1' && natGateways !== '2') throw new Error('natGateways must be 1 or 2');
  return {
    ...DEFAULT_CONTAINERS,
    imageRepository: given('imageRepository') ?? DEFAULT_CONTAINERS.imageRepository,
    imageTag: given('imageTag') ?? DEFAULT_CONTAINERS.imageTag,
    architecture,
    certificateArn,
    secretSettings: namesIn(given('secretSettings')),
    natGateways: natGateways === '1' ? 1 : 2,
    redisNodeType: given('redisNodeType') ?? DEFAULT_CONTAINERS.redisNodeType,
    roles: {
      ...DEFAULT_CONTAINERS.roles,
      worker: { ...DEFAULT_CONTAINERS.roles.worker, most: mostIn(given('mostWorkers')) },
    },
  };
}

function namesIn(listed: string | undefined): readonly string[] {
  const names = (listed ?? '').split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
  if (names.some((name) => !/^[A-Z][A-Z0-9_]*$/.test(name)))
    throw new Error('secretSettings must be names of variables, with commas between them');
  return names;
}

function mostIn(text: string | undefined): number {
  const { least, most } = DEFAULT_CONTAINERS.roles.worker;
  if (text === undefined) return most;
  const count = Number(text);
  if (!Number.isInteger(count) || count < least || count > 500)
    throw new Error(`mostWorkers must be a whole number from ${least} to 500`);
  return count;
}
