import { App } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { posthornStacks } from '../posthorn-stacks.js';
import type { Resource } from './resource.js';
import type { Synthesised, SynthesisOrders } from './synthesised.js';

/** Writes what is deployed for `process.argv[2]`, a JSON of orders, to stdout. A test runner takes half a minute to read the CDK; a program takes two seconds. */
const { settings, environment, outdir } = JSON.parse(process.argv[2] ?? '') as SynthesisOrders;
const app = new App({ outdir, analyticsReporting: false });
const resources = posthornStacks(app, settings, environment).flatMap((stack) => {
  const { Resources } = Template.fromStack(stack).toJSON() as { Resources: Record<string, Resource> };
  const name = stack.stackName.replace('posthorn-', '');
  return Object.entries(Resources).map(([id, one]) => ({ ...one, id: `${name}/${id}` }));
});
const answer: Synthesised = { resources, missing: app.synth().manifest.missing };
process.stdout.write(JSON.stringify(answer));
