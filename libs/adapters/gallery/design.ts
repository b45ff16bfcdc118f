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
/** For what is typed off or compared letter by letter. */
export const MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace";
export const INK = '#1b1f29';
export const SOFT = '#566070';
export const RULE = '#e4e7ec';
export const PAGE = '#eef0f3';
export const CARD = '#ffffff';
export const FOOTER = '#14171d';
export const FOOTER_SOFT = '#9aa3b2';
export const FOOTER_RULE = '#2a2f39';

/** Accents that templates share. */
export const BLUE: Accent = { solid: '#1d5fbf', tint: '#ecf4fe', darkTint: '#1a2a40', onDark: '#9cc8ff' };
export const INDIGO: Accent = { solid: '#3a4cc4', tint: '#eef1ff', darkTint: '#20253f', onDark: '#a9b6ff' };
export const TEAL: Accent = { solid: '#0f766e', tint: '#e9f6f3', darkTint: '#15302d', onDark: '#6fd6c8' };
export const GREEN: Accent = { solid: '#2d7043', tint: '#ecf6ef', darkTint: '#1a2f21', onDark: '#8fdba8' };
export const VIOLET: Accent = { solid: '#6438c9', tint: '#f3eefe', darkTint: '#2a2140', onDark: '#c5adff' };
export const PINK: Accent = { solid: '#b0286a', tint: '#fdeef5', darkTint: '#3a1c2b', onDark: '#ff9fcb' };
export const AMBER: Accent = { solid: '#b4551f', tint: '#fff5e6', darkTint: '#33281a', onDark: '#ffb877' };
export const SLATE: Accent = { solid: '#3b4a63', tint: '#eff2f7', darkTint: '#222936', onDark: '#b6c4dc' };
export const GOLD: Accent = { solid: '#8a5a0b', tint: '#fbf4e4', darkTint: '#302817', onDark: '#f6d58a' };
export const RED: Accent = { solid: '#b3261e', tint: '#fdeeec', darkTint: '#3a1f1d', onDark: '#ffaea6' };

/**
 * What inline styles cannot say: narrow and dark screens, and where a word may break that is wider than the mail. A client that drops this shows the wide, light mail, and
 * everything is there.
 */
export function styleSheet({ darkTint, onDark }: Accent): string {
  return `
body{margin:0;padding:0;width:100%;-webkit-text-size-adjust:100%;-ms-text-size-adjust:100%}
table{border-collapse:collapse;mso-table-lspace:0;mso-table-rspace:0}
img{border:0;display:block;height:auto;line-height:100%;outline:none;text-decoration:none}
a{text-decoration:none}
td{overflow-wrap:anywhere;word-break:break-word}
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
.code{font-size:34px!important;line-height:44px!important;letter-spacing:4px!important}
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
