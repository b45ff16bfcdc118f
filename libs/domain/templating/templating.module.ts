import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { CreateTemplateHandler } from './application/create-template.js';
import { FindTemplate } from './application/find-template.js';
import { InstallGallery } from './application/install-gallery.js';
import { InstallTemplate } from './application/install-template.js';
import { PreviewTemplate } from './application/preview-template.js';
import { SaveTemplateVersionHandler } from './application/save-template-version.js';
import { TemplatingService } from './application/templating-service.js';
import { TestSendTemplateHandler } from './application/test-send-template.js';
import { ValidateData } from './application/validate-data.js';
import { TemplateInstaller } from './template-installer.facade.js';
import { TemplatingFacade } from './templating.facade.js';

/**
 * Needs from the composition root: Templates, TemplateInspector, TrialRenderer, Gallery, PreviewLinks, Clock and Ids, and
 * from delivery its facade and Channels.
 */
@Module({
  imports: [CqrsModule],
  providers: [
    CreateTemplateHandler,
    FindTemplate,
    InstallGallery,
    InstallTemplate,
    PreviewTemplate,
    SaveTemplateVersionHandler,
    TestSendTemplateHandler,
    ValidateData,
    { provide: TemplateInstaller, useExisting: InstallTemplate },
    { provide: TemplatingFacade, useClass: TemplatingService },
  ],
  exports: [
    CqrsModule,
    FindTemplate,
    InstallGallery,
    PreviewTemplate,
    TemplateInstaller,
    TemplatingFacade,
    ValidateData,
  ],
})
export class TemplatingModule {}
