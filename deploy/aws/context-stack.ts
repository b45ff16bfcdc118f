import { Stack, type StackProps } from 'aws-cdk-lib/core';
import { HttpMethod, HttpRoute, HttpRouteKey } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Construct } from 'constructs';
import { type BackboneStack, SERVES_REQUESTS } from './backbone-stack.js';
import type { FoundationStack } from './foundation-stack.js';
import { type Context, PATHS } from './settings.js';

/**
 * A context's own function for its endpoints, in a stack of its own: deployed, sized and rolled back by itself, and when it has taken all
 * that it may have, the others' requests are still served. It runs the same bundle as the others do; which endpoints reach it is decided here.
 */
export class ContextStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    context: Context,
    parts: { readonly foundation: FoundationStack; readonly backbone: BackboneStack },
    props: StackProps,
  ) {
    super(scope, id, props);
    const http = parts.backbone.functionFor(this, 'Http', {
      ...parts.foundation.settings.http[context],
      ...SERVES_REQUESTS,
      name: `http-${context}`,
    });
    const integration = new HttpLambdaIntegration('HttpIntegration', http.function);
    for (const path of PATHS[context])
      for (const whole of [path, `${path}/{proxy+}`])
        new HttpRoute(this, `Route ${whole}`, {
          httpApi: parts.backbone.api,
          routeKey: HttpRouteKey.with(whole, HttpMethod.ANY),
          integration,
        });
  }
}
