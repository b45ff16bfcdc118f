import type { DynamicModule, ForwardReference, Provider, Type } from '@nestjs/common';

type Token = string | symbol | Type;
type ModuleLike = Type | DynamicModule | ForwardReference | Promise<DynamicModule>;

/** What Nest itself answers, in every module. */
const NEST = new Set([
  'ModuleRef',
  'Reflector',
  'HttpAdapterHost',
  'ApplicationConfig',
  'LazyModuleLoader',
  'Object',
]);

/**
 * A provider of nothing for every port that the modules ask for and none of them provides. To describe the API it does
 * not matter who stands behind a port, so no target is needed, nor has to be complete.
 */
export async function unansweredPorts(root: ModuleLike): Promise<Provider[]> {
  const asked = new Set<Token>();
  const provided = new Set<Token>();
  await visit(root, asked, provided, new Set());
  const missing = [...asked].filter((token) => !provided.has(token) && !NEST.has(nameOf(token)));
  return missing.map((provide) => ({ provide, useValue: {} }));
}

async function visit(
  one: ModuleLike,
  asked: Set<Token>,
  provided: Set<Token>,
  seen: Set<unknown>,
): Promise<void> {
  const module = await unwrapped(one);
  if (seen.has(module)) return;
  seen.add(module);
  const type = typeof module === 'function' ? module : module.module;
  const dynamic: Partial<DynamicModule> = typeof module === 'function' ? {} : module;
  const declared = <T>(key: string): T[] => (Reflect.getMetadata(key, type) ?? []) as T[];
  const providers = [...declared<Provider>('providers'), ...(dynamic.providers ?? [])];
  const controllers = [...declared<Type>('controllers'), ...(dynamic.controllers ?? [])];
  for (const provider of [...providers, ...controllers]) {
    provided.add(typeof provider === 'function' ? provider : (provider.provide as Token));
    for (const token of needsOf(provider)) asked.add(token);
  }
  for (const imported of [...declared<ModuleLike>('imports'), ...(dynamic.imports ?? [])]) {
    await visit(imported, asked, provided, seen);
  }
}

async function unwrapped(one: ModuleLike): Promise<Type | DynamicModule> {
  const module = await one;
  return 'forwardRef' in module ? ((module as { forwardRef(): Type }).forwardRef() as Type) : module;
}

function needsOf(provider: Provider): Token[] {
  if (typeof provider !== 'function') {
    if ('useClass' in provider) return needsOf(provider.useClass as Type);
    const inject = 'inject' in provider ? (provider.inject ?? []) : [];
    return inject.map(
      (token) => (typeof token === 'object' && 'token' in token ? token.token : token) as Token,
    );
  }
  const byType = (Reflect.getMetadata('design:paramtypes', provider) ?? []) as Token[];
  const byToken = (Reflect.getMetadata('self:paramtypes', provider) ?? []) as {
    index: number;
    param: Token;
  }[];
  const needs = [...byType];
  for (const { index, param } of byToken) needs[index] = param;
  return needs;
}

function nameOf(token: Token): string {
  return typeof token === 'function' ? token.name : String(token);
}
