import type { Theme } from "../theme.ts";

/** The style sheet of a replay page. */
export const styleSheet = ({ scheme, background, ink, muted, grid, after }: Theme): string => `
:root { color-scheme: ${scheme}; }
body { margin: 0; background: ${background}; color: ${ink}; font: 15px/1.4 system-ui, sans-serif; }
main { max-width: 1060px; margin: 0 auto; padding: 24px 20px; }
h1 { margin: 0 0 12px; font-size: 22px; }
svg { display: block; max-width: 100%; height: auto; overflow: visible; }
.figures { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 3fr); gap: 20px; align-items: end; }
dl { display: grid; grid-template-columns: fit-content(50%) 1fr; gap: 4px 16px; overflow-wrap: anywhere; margin: 0 0 20px; }
dt { color: ${muted}; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
#slider { display: block; width: 100%; margin: 18px 0 14px; accent-color: ${after}; }
.row { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
label { margin-left: 12px; color: ${muted}; }
button, select { min-width: 44px; height: 36px; padding: 0 10px; border: 1px solid ${muted}; border-radius: 6px; background: ${background}; color: ${ink}; font: inherit; }
button:hover, select:hover { background: ${grid}; }
button svg { width: 18px; height: 18px; margin: auto; fill: currentColor; }
[aria-pressed="true"] { border-color: ${after}; color: ${after}; }
:focus-visible { outline: 2px solid ${after}; outline-offset: 2px; }
[data-reverse] #play svg { transform: scaleX(-1); }
[data-playing] .play, #controls:not([data-playing]) .pause { display: none; }
.keys { color: ${muted}; font-size: 13px; }
#status { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 720px) { .figures { grid-template-columns: 1fr; } label { margin-left: 0; } }
@media (max-width: 480px) { .figures > :first-child text { font-size: 19px; } }
`;
