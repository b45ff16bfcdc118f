import { join } from 'node:path';
import { App } from 'aws-cdk-lib/core';
import { posthornStacks } from './posthorn-stacks.js';
import { readSettings } from './settings.js';

/** What the build wrote, seen from dist/deploy/aws. */
const BUNDLES = join(import.meta.dirname, '..', '..', 'lambda');

const app = new App();
const settings = readSettings((name): unknown => app.node.tryGetContext(name), BUNDLES);
const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
posthornStacks(app, settings, {
  ...(account === undefined ? {} : { account }),
  ...(region === undefined ? {} : { region }),
});
app.synth();
