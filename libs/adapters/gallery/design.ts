/** The colours a template has of its own. Everything else is the same in all of them. */
export interface Accent {
  /** Buttons, links and marks. White text on it reads at 4.5:1 or better (WCAG 2.2, 1.4.3). */
  readonly solid: string;
  /** Behind the illustration and the headline. */
  readonly tint: string;
  /** The same where the reader's screen is dark. */
  readonly darkTint: string;
  /** Links and marks on a dark screen. */
  readonly onDark: string;
}

/** Width of the layout in CSS pixels; below `NARROW` it is as wide as the screen. */
export const WIDTH = 700;
export const NARROW = 720;

export const FONT = "-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Helvetica,Arial,sans-serif";
export const INK = '#1b1f29';
export const SOFT = '#566070';
export const RULE = '#e4e7ec';
export const PAGE = '#eef0f3';
export const CARD = '#ffffff';
export const FOOTER = '#14171d';
export const FOOTER_SOFT = '#9aa3b2';
export const FOOTER_RULE = '#2a2f39';

/**
 * What inline styles cannot say: narrow and dark screens. A client that drops this shows the wide, light mail, and
 * everything is there.
 */
export function styleSheet({ darkTint, onDark }: Accent): string {
  return `
body{margin:0;padding:0;width:100%;-webkit-text-size-adjust:100%;-ms-text-size-adjust:100%}
table{border-collapse:collapse;mso-table-lspace:0;mso-table-rspace:0}
img{border:0;display:block;height:auto;line-height:100%;outline:none;text-decoration:none}
a{text-decoration:none}
@media (max-width:${NARROW}px){
.wide{width:100%!important}
.edge{padding-top:0!important;padding-bottom:0!important}
.side{padding-left:24px!important;padding-right:24px!important}
.title{font-size:29px!important;line-height:36px!important}
.lead{font-size:17px!important;line-height:27px!important}
.hero{padding-top:36px!important;padding-bottom:40px!important}
.art{width:184px!important}
.stack{display:block!important;width:100%!important;box-sizing:border-box!important;padding-left:0!important;padding-right:0!important}
.gap{padding-top:24px!important;border-left:0!important}
.full{display:block!important;width:auto!important;text-align:center!important}
}
@media (prefers-color-scheme:dark){
.page{background-color:#0c0e12!important}
.card{background-color:#181b22!important}
.tint{background-color:${darkTint}!important}
.ink{color:#f3f5f8!important}
.soft{color:#b3bbc8!important}
.mark{color:${onDark}!important}
.rule{border-color:#2c313c!important}
}
[data-ogsc] .ink{color:#f3f5f8!important}
[data-ogsc] .soft{color:#b3bbc8!important}
[data-ogsc] .mark{color:${onDark}!important}`.trim();
}
