/** Taken in by Vite. */
declare module '*.css';
