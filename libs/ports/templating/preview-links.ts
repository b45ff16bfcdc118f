/**
 * What stands in a preview or a test mail for the variables that the platform makes for every recipient: absolute
 * URLs of this deployment that harm nobody who follows them.
 */
export interface PreviewLinks {
  readonly unsubscribeUrl: string;
  readonly preferencesUrl: string;
  /** Where pictures and other static files of templates are served. No slash at the end. */
  readonly assetsUrl: string;
}
export const PreviewLinks = Symbol('PreviewLinks');
