import type { App, Environment, Stack } from 'aws-cdk-lib/core';
import { BackboneStack } from './backbone-stack.js';
import { ChatStack } from './chat-stack.js';
import { ContainerStack } from './container-stack.js';
import { ContainerWatchStack } from './container-watch-stack.js';
import { ContextStack } from './context-stack.js';
import { FoundationStack } from './foundation-stack.js';
import type { DeploymentSettings } from './settings.js';
import { WatchStack } from './watch-stack.js';

/** Every stack of a deployment, in the order in which they are deployed. */
export function posthornStacks(
  app: App,
  settings: DeploymentSettings,
  env: Environment = {},
): readonly Stack[] {
  const named = (part: string): string => `${settings.prefix}-${part}`;
  const props = { env };
  const foundation = new FoundationStack(app, named('foundation'), settings, props);
  const { containers } = settings;
  if (containers) {
    const running = new ContainerStack(app, named('containers'), { foundation, containers }, props);
    const watch = new ContainerWatchStack(app, named('watch'), settings, props);
    return [foundation, running, watch];
  }
  const backbone = new BackboneStack(app, named('backbone'), foundation, props);
  const parts = { foundation, backbone };
  const contexts = settings.contexts.map((context) =>
    context === 'chat'
      ? new ChatStack(app, named(context), parts, props)
      : new ContextStack(app, named(context), context, parts, props),
  );
  return [foundation, backbone, ...contexts, new WatchStack(app, named('watch'), settings, props)];
}
