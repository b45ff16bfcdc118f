import type { ReactElement } from 'react';

const PATHS = {
  horn: 'M15 13a5.500 5.500 0 1 1-5.500-5.500H14l7-4v11l-7-4H9.500A2.500 2.500 0 1 0 12 13',
  back: 'M15 5l-7 7 7 7',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm5 12 5 5',
  pin: 'M9 3h6l-1 6 4 4H6l4-4-1-6Zm3 10v8',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-7 9c0-4 3-6 7-6s7 2 7 6M16 4.3a3.5 3.5 0 0 1 0 6.4M18.5 14.6c2 .8 3.5 2.600 3.500 5.400',
  close: 'M5 5l14 14M19 5 5 19',
  plus: 'M12 5v14M5 12h14',
  clip: 'M20 11l-8.500 8.500a5 5 0 0 1-7-7L13 4a3.400 3.400 0 0 1 5 5l-8.500 8.400a1.700 1.700 0 0 1-2.500-2.400L14.500 8',
  send: 'M4 12 20 4l-5 16-4-7-7-1Zm7 1 9-9',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  reply: 'M10 6 4 12l6 6M4 12h9c4 0 7 2 7 7',
  edit: 'M4 20l1-5L16 4l4 4L9 19l-5 1ZM14 6l4 4',
  bin: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5',
  file: 'M6 3h8l5 5v13H6V3Zm8 0v5h5',
  down: 'M12 4v14M6 12l6 6 6-6',
  leave: 'M14 4h5v16h-5M4 12h11M11 8l4 4-4 4',
  clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16Zm0 4v4l3 2',
  mute: 'M6 16h12l-2-3V10a4 4 0 0 0-6.500-3M8 9v4l-2 3M10 19h4M4 4l16 16',
  block: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM6.400 6.400l11.200 11.200',
  info: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 11v5M12 8h.01',
  talk: 'M4 5h16v11H10l-4 4v-4H4V5Z',
  crown: 'M4 8l4 4 4-7 4 7 4-4-2 10H6L4 8Z',
  out: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-7 9c0-4 3-6 7-6s7 2 7 6M16 8h6',
  sending: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16Zm0 4v4l3 2',
  sent: 'M5 13l4 4L19 7',
  delivered: 'M2 13l4 4L16 7M11 16l1 1L22 7',
} as const;

/** Beside words, or within something that has a name: it says nothing by itself. */
export function Icon({
  name,
  size = 20,
}: {
  readonly name: keyof typeof PATHS;
  readonly size?: number;
}): ReactElement {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 3 : 1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
