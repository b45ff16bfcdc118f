import { describeTemplatesContract } from '#ports/templating/templates.contract.js';
import { MemoryTemplates } from './memory-templates.js';

describeTemplatesContract('MemoryTemplates', () =>
  Promise.resolve({ templates: new MemoryTemplates(), close: () => Promise.resolve() }),
);
