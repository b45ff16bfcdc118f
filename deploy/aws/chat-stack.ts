import { CfnOutput, type StackProps } from 'aws-cdk-lib/core';
import {
  CfnAuthorizer,
  type IWebSocketRouteAuthorizer,
  WebSocketRoute,
  type WebSocketRouteOptions,
  WebSocketStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { BackboneStack } from './backbone-stack.js';
import { PosthornFunction } from './constructs/posthorn-function.js';
import { ContextStack } from './context-stack.js';
import { type FoundationStack, NOTIFY_SECONDS, SOCKET_STAGE } from './foundation-stack.js';
import { lanes } from '#domain/delivery/model/dispatch.js';

/** Large conversations whose people are told at the same time. */
const NOTIFIED_AT_ONCE = 50;

/** The chat's endpoints, and the sockets: connections, what comes in by them, and who may open one. */
export class ChatStack extends ContextStack {
  constructor(
    scope: Construct,
    id: string,
    parts: { readonly foundation: FoundationStack; readonly backbone: BackboneStack },
    props: StackProps,
  ) {
    super(scope, id, 'chat', parts, props);
    const { foundation, backbone } = parts;
    const { prefix, bundles, logLevel } = foundation.settings;
    const websocket = backbone.functionFor(this, 'WebSocket', {
      name: 'websocket',
      entry: 'websocket',
      memoryMiB: 512,
      timeoutSeconds: 29,
      secrets: ['settings', 'user-tokens'],
      fills: lanes,
      chats: true,
    });
    this.#notify(foundation, backbone);
    // It reads a token and nothing else: not the table, not a bucket.
    const authoriser = new PosthornFunction(this, 'Authoriser', {
      name: `${prefix}-authoriser`,
      entry: 'authoriser',
      bundles,
      memoryMiB: 256,
      timeoutSeconds: 10,
      alarms: foundation.notices.alarms,
      environment: {
        POSTHORN_TARGET: 'lambda',
        POSTHORN_SECRETS: foundation.secretsPrefix,
        LOG_LEVEL: logLevel,
      },
    });
    foundation.grantSecrets(authoriser, ['settings', 'user-tokens']);
    this.#routes(foundation, websocket, authoriser);
  }

  /** Apart from those that take frames: telling ten thousand people of one message keeps nobody from sending the next. */
  #notify(foundation: FoundationStack, backbone: BackboneStack): void {
    const notify = backbone.functionFor(this, 'Notify', {
      name: 'notify',
      entry: 'notify',
      memoryMiB: 512,
      timeoutSeconds: NOTIFY_SECONDS,
      secrets: ['settings', 'signed-links'],
      fills: [],
    });
    foundation.feed(notify, foundation.chatNotices, NOTIFIED_AT_ONCE);
  }

  #routes(foundation: FoundationStack, websocket: PosthornFunction, authoriser: PosthornFunction): void {
    const integration = new WebSocketLambdaIntegration('Integration', websocket.function);
    const routes: readonly [string, WebSocketRouteOptions][] = [
      ['$connect', { integration, authorizer: this.#authorizer(foundation, authoriser) }],
      // With an answer by the socket itself: it is the acknowledgement of the frame.
      ['$default', { integration, returnResponse: true }],
      ['$disconnect', { integration }],
    ];
    const stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: foundation.sockets,
      stageName: SOCKET_STAGE,
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: { rateLimit: 5000, burstLimit: 2500 },
    });
    for (const [routeKey, options] of routes) {
      const route = new WebSocketRoute(this, `Route ${routeKey}`, {
        webSocketApi: foundation.sockets,
        routeKey,
        ...options,
      });
      // A deployment of an API without routes is refused.
      stage.node.addDependency(route);
    }
    new CfnOutput(this, 'SocketUrl', { value: stage.url, description: 'Where chat clients connect to' });
  }

  /** Written out, for the construct of CDK that does this puts it into the API's stack, which stands before this one. */
  #authorizer(
    { sockets }: FoundationStack,
    { function: asked }: PosthornFunction,
  ): IWebSocketRouteAuthorizer {
    const uri = `path/2015-03-31/functions/${asked.functionArn}/invocations`;
    const { ref: authorizerId } = new CfnAuthorizer(this, 'TokenAuthorizer', {
      apiId: sockets.apiId,
      name: asked.functionName,
      authorizerType: 'REQUEST',
      authorizerUri: `arn:${this.partition}:apigateway:${this.region}:lambda:${uri}`,
      // No sources that have to be there: a browser can set no header, others should not have to put a token into an address.
      identitySource: [],
    });
    asked.addPermission('ByApi', {
      principal: new ServicePrincipal('apigateway.amazonaws.com'),
      sourceArn: this.formatArn({
        service: 'execute-api',
        resource: sockets.apiId,
        resourceName: `authorizers/${authorizerId}`,
      }),
    });
    return { bind: () => ({ authorizerId, authorizationType: 'CUSTOM' }) };
  }
}
