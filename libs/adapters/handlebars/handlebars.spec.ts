import { MemoryTemplates } from '#adapters/memory/templating/memory-templates.js';
import { describeRendererContract } from '#ports/templating/renderer.contract.js';
import { describeTrialRendererContract } from '#ports/templating/trial-renderer.contract.js';
import { describeTemplateInspectorContract } from '#ports/templating/template-inspector.contract.js';
import { HandlebarsInspector } from './handlebars-inspector.js';
import { HandlebarsRenderer } from './handlebars-renderer.js';
import { HandlebarsTrialRenderer } from './handlebars-trial-renderer.js';

describeTemplateInspectorContract('HandlebarsInspector', () => new HandlebarsInspector());

describeRendererContract('HandlebarsRenderer', () => {
  const templates = new MemoryTemplates();
  return { renderer: new HandlebarsRenderer(templates), templates };
});

describeTrialRendererContract('HandlebarsTrialRenderer', () => {
  const templates = new MemoryTemplates();
  const renderer = new HandlebarsRenderer(templates);
  return { trials: new HandlebarsTrialRenderer(templates), renderer, templates };
});
