import type { PageView } from '../kit/page.view.js';
import type { MessageView } from './chat.view.js';

/** UTF-16 units of the text: from `start` to before `end`. */
export class HighlightView {
  start!: number;
  end!: number;
}

export class FoundMessageView {
  message!: MessageView;
  /** Where its text holds what was looked for. */
  highlights!: HighlightView[];
}

export class FoundMessagesView {
  /** The newest first. There may be fewer than asked for, even none, and more on the next page. */
  data!: FoundMessageView[];
  page!: PageView;
}
