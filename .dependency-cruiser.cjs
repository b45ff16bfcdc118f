/**
 * Who may import whom. Imports point one way: model <- ports <- application <- adapters <- apps.
 *
 * `npm run boundaries` cruises the sources (scripts/boundaries.mjs). Each rule has a case under
 * test/architecture/fixtures/boundaries that must break it, so a pattern that stopped matching is noticed.
 */

/** Specs, contract suites and what they share in a testing/ folder are tests wherever they stand: they may import what they need. */
const TESTS = '(\\.spec\\.ts$|\\.contract\\.ts$|/testing/|^test/)';
const CORE = '(campaign|communication|chat)';
/** What several adapters are built with: no technology of their own, and no knowledge of who uses them. */
const KITS = '(http|email-providers|channels|chat-frames|event-batches)';
/** The one place that knows every provider: adding one touches its folder and a line here. */
const REGISTRIES = '^libs/adapters/channels/(channel-registry|create-callbacks)\\.ts$';
/** Adapters through which requests come in; all others are called by the domain and implement its ports. */
const DOORS = '(rest|socketio|apigateway|chat-frames)';

module.exports = {
  forbidden: [
    {
      name: 'model-is-pure',
      comment: 'A model decides from what it is given: models and the kernel, no framework, no I/O.',
      severity: 'error',
      from: { path: '^libs/domain/([^/]+/model|kernel)/', pathNot: TESTS },
      to: { pathNot: '^libs/domain/([^/]+/model|kernel)/' },
    },
    {
      name: 'kernel-stands-alone',
      comment: 'Everything may use the kernel, so the kernel uses nothing.',
      severity: 'error',
      from: { path: '^libs/domain/kernel/', pathNot: TESTS },
      to: { pathNot: '^libs/domain/kernel/' },
    },
    {
      name: 'ports-speak-the-model',
      comment:
        'A port is written in the words of the domain; a technology in it would bind every adapter to it.',
      severity: 'error',
      from: { path: '^libs/ports/', pathNot: TESTS },
      to: { pathNot: ['^libs/domain/[^/]+/model/', '^libs/domain/kernel/', '^libs/ports/'] },
    },
    {
      name: 'application-goes-through-ports',
      comment:
        'Use cases reach the world through ports; which adapter answers is the composition root’s choice.',
      severity: 'error',
      from: { path: '^libs/domain/[^/]+/', pathNot: [TESTS, '^libs/domain/([^/]+/model|kernel)/'] },
      to: {
        pathNot: [
          '^libs/(domain|ports)/',
          'node_modules/(@nestjs/(common|core|cqrs)|rxjs|reflect-metadata)/',
        ],
      },
    },
    {
      name: 'contexts-meet-at-facades',
      comment:
        'What another context offers is its facade and the types of its model; its use cases are its own.',
      severity: 'error',
      from: { path: '^libs/domain/([^/]+)/', pathNot: TESTS },
      to: { path: '^libs/domain/[^/]+/application/', pathNot: '^libs/domain/$1/' },
    },
    {
      name: 'core-contexts-do-not-mix',
      comment: 'campaign, communication and chat know each other by facade and integration events only.',
      severity: 'error',
      from: { path: `^libs/domain/${CORE}/`, pathNot: TESTS },
      to: {
        path: `^libs/(domain|ports)/${CORE}/`,
        pathNot: ['^libs/(domain|ports)/$1/', '\\.facade\\.ts$'],
      },
    },
    {
      name: 'adapters-never-reach-up',
      comment: 'An adapter that knows an app cannot serve another one.',
      severity: 'error',
      from: { path: '^libs/', pathNot: TESTS },
      to: { path: '^apps/' },
    },
    {
      name: 'adapters-keep-to-themselves',
      comment: 'Each technology can be replaced alone only while no other adapter reaches into it.',
      severity: 'error',
      from: { path: '^libs/adapters/([^/]+)/', pathNot: [TESTS, REGISTRIES] },
      to: { path: '^libs/adapters/', pathNot: ['^libs/adapters/$1/', `^libs/adapters/${KITS}/`] },
    },
    {
      name: 'only-doors-call-use-cases',
      comment: 'A store or provider that calls a use case has turned the arrow round.',
      severity: 'error',
      from: { path: '^libs/adapters/', pathNot: [TESTS, `^libs/adapters/${DOORS}/`] },
      to: { path: '^libs/domain/', pathNot: '^libs/domain/([^/]+/model|kernel)/' },
    },
    {
      name: 'client-knows-no-server',
      comment:
        'The client library is loaded by other people’s applications: the wire is all that it shares with the server.',
      severity: 'error',
      from: { path: '^libs/client/', pathNot: TESTS },
      to: { path: '^(apps|libs)/', pathNot: '^libs/client/' },
    },
    {
      name: 'client-loads-in-browsers',
      comment:
        'A browser has no Node modules, and loads every package it is given; the store in a file is for Node.',
      severity: 'error',
      from: { path: '^libs/client/', pathNot: [TESTS, '^libs/client/file-store\\.ts$'] },
      to: { pathNot: '^libs/client/(?!file-store)' },
    },
    {
      name: 'console-runs-in-browsers',
      comment:
        'The console is a page: it knows the server by REST and by the client library, as any other application does.',
      severity: 'error',
      from: { path: '^apps/console/src/', pathNot: TESTS },
      to: {
        pathNot: [
          '^apps/console/',
          '^libs/client/(?!file-store)',
          'node_modules/(react|react-dom|@types/react|@types/react-dom|socket\\.io-client)/',
        ],
      },
    },
    {
      name: 'console-model-is-pure',
      comment: 'What the page shows follows from what it was told: no document, no framework, no clock.',
      severity: 'error',
      from: { path: '^apps/console/src/model/', pathNot: TESTS },
      to: { pathNot: ['^apps/console/src/model/', '^libs/client/'] },
    },
    {
      name: 'nobody-imports-the-console',
      comment: 'The server serves its files; a program that imported them would need a document.',
      severity: 'error',
      from: { pathNot: ['^apps/console/', TESTS] },
      to: { path: '^apps/console/' },
    },
    {
      name: 'no-cycles',
      comment: 'Two files in a cycle are one file that is hard to read.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'lambda-never-loads-sqlite',
      comment: 'A function has no disk to keep, and pays for every module at cold start.',
      severity: 'error',
      from: { path: '^apps/lambda/' },
      to: { path: '^libs/adapters/sqlite/', reachable: true },
    },
    {
      name: 'ses-sdk-only-in-its-adapter',
      comment: 'The AWS SDK retries on its own unless told otherwise; one file tells it.',
      severity: 'error',
      from: { pathNot: ['^libs/adapters/ses/', '^test/'] },
      to: { path: '@aws-sdk/client-sesv2' },
    },
    {
      name: 'sqlite-only-in-its-adapter',
      comment:
        'One storage thread owns the database; a second way in would run a query on the serving event loop.',
      severity: 'error',
      from: { pathNot: ['^libs/adapters/sqlite/', '^test/'] },
      to: { path: '^(node:)?sqlite$' },
    },
    {
      name: 'swagger-only-at-build-time',
      comment: 'The OpenAPI document is written by the build; the serving process never loads its generator.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: TESTS },
      to: { path: 'node_modules/@nestjs/swagger/' },
    },
    {
      name: 'nothing-imports-tests',
      comment: 'Test code is not shipped.',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { path: TESTS },
    },
    {
      name: 'no-undeclared-packages',
      comment:
        'What runs in production is a dependency: not a devDependency, not something that happens to be installed.',
      severity: 'error',
      // The bundle of the console is made by the build and holds what it needs.
      from: { path: '^(apps|libs)/', pathNot: [TESTS, '^apps/console/'] },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-dangling-imports',
      comment: 'An import that resolves to nothing hides from every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^test/architecture/fixtures/'] },
    tsPreCompilationDeps: true, // types bind as firmly as values
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};
