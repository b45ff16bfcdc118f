import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from './repository.js';

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  /** It comes in the tarball of the package that it stands under, and is pinned with that. */
  readonly inBundle?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
type Locked = Readonly<Record<string, LockedPackage>>;

const isInstalledAs = (path: string, name: string): boolean => path.endsWith(`node_modules/${name}`);

/** `name of the package -> optional dependency` for each one that the lock knows of but doesn't hold. */
function missingFrom(packages: Locked): string[] {
  const paths = Object.keys(packages);
  return Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {})
      .filter((name) => !paths.some((other) => isInstalledAs(other, name)))
      .map((name) => `${path} -> ${name}`),
  );
}

describe('package-lock.json', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Locked;
  };
  const installed = Object.entries(packages).filter(([path]) => path !== '');

  // npm leaves another platform's binaries out when the registry it asks lacks them, and `npm ci` then refuses the lock
  it('holds the optional packages of every platform, not only of the one it was written on', () => {
    expect(missingFrom(packages)).toEqual([]);
  });

  it('names no registry, so that it installs from whichever is configured', () => {
    expect(installed.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it('pins the content of every package', () => {
    const isPinned = ({ version, integrity, inBundle }: LockedPackage): boolean =>
      Boolean(version && (integrity ?? inBundle));
    expect(installed.filter(([, one]) => !isPinned(one)).map(([path]) => path)).toEqual([]);
    const whole = installed.filter(([path, { inBundle }]) => {
      const [, bundler = ''] = /^(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
      return inBundle && !packages[bundler]?.integrity;
    });
    expect(whole).toEqual([]);
  });

  it('would be caught leaving a platform out', () => {
    const lock: Locked = {
      'node_modules/fast': {
        version: '1.0.0',
        optionalDependencies: { 'fast-linux': '1.0.0', 'fast-mac': '1.0.0' },
      },
      'node_modules/fast-linux': { version: '1.0.0' },
    };
    expect(missingFrom(lock)).toEqual(['node_modules/fast -> fast-mac']);
  });
});
