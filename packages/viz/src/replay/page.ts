import type { Theme } from "../theme.ts";
import { escaped } from "../xml.ts";
import type { Readout } from "./frame.ts";
import type { Reel } from "./player.ts";
import { policy } from "./policy.ts";
import { script } from "./script.ts";
import { styleSheet } from "./style.ts";

export interface PageParts {
  readonly title: string;
  readonly theme: Theme;
  /** SVG text, drawn by this package and so free of anything that can act. */
  readonly figure: string;
  readonly lossFigure: string;
  readonly readouts: readonly Readout[];
  readonly reel: Reel;
}

/** JSON in a script element ends at the first "</script", wherever that stands: so no "<" may. */
const json = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");

const BAR_LEFT = "M3 3h2v12h-2z";
const BAR_RIGHT = "M13 3h2v12h-2z";

const icon = (path: string, className = ""): string =>
  `<svg viewBox="0 0 18 18" aria-hidden="true"${className && ` class="${className}"`}><path d="${path}"/></svg>`;

const button = (id: string, name: string, key: string, content: string, state = ""): string =>
  `<button type="button" id="${id}" aria-label="${name}" title="${name} (${key})"${state}>${content}</button>`;

const options = (values: readonly (readonly [value: string, text: string])[], chosen: string): string =>
  values
    .map(([value, text]) => `<option value="${value}"${value === chosen ? " selected" : ""}>${text}</option>`)
    .join("");

const controls = (length: number): string => `<div id="controls" role="group" aria-label="Playback" hidden>
<input id="slider" type="range" min="0" max="${length - 1}" value="0" aria-label="Frame" autocomplete="off">
<div class="row">
${button("first", "First", "Home", icon(`${BAR_LEFT}M15 3v12l-9-6z`))}
${button("back", "Back", "←", icon("M12 3v12l-9-6zM13 3h2v12h-2z"))}
${button("play", "Play", "Space", icon("M4 2v14l12-7z", "play") + icon("M4 3h3v12h-3zM11 3h3v12h-3z", "pause"))}
${button("forward", "Forward", "→", icon("M6 3v12l9-6zM3 3h2v12h-2z"))}
${button("last", "Last", "End", icon(`${BAR_RIGHT}M3 3v12l9-6z`))}
${button("reverse", "Reverse", "r", "Reverse", ' aria-pressed="false"')}
<label>Speed <select id="speed">${options(
  [0.25, 0.5, 1, 2, 4, 8].map((x) => [String(x), `${x}×`]),
  "1",
)}</select></label>
<label>At the end <select id="mode">${options(
  [
    ["once", "stop"],
    ["loop", "loop"],
    ["reflect", "reflect"],
  ],
  "once",
)}</select></label>
</div>
<p class="keys">Keys: ← → step, Home and End, Space to play, r to reverse, + and − for speed.</p>
</div>`;

/** The page as HTML text. */
export const page = ({ title, theme, figure, lossFigure, readouts, reel }: PageParts): string => {
  const style = styleSheet(theme);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(script, style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<div class="figures">
<div>
${figure}
</div>
<div>
<dl>
${readouts.map(({ name, texts }) => `<dt>${escaped(name)}</dt><dd>${escaped(texts[0] ?? "")}</dd>`).join("\n")}
</dl>
<p id="outside" hidden>No part of the line is in the picture.</p>
${lossFigure}
</div>
</div>
${controls(reel.length)}
<p id="notice">The replay needs its script, which did not run here. This is the first frame.</p>
<p id="status" role="status"></p>
</main>
<script type="application/json" id="reel">${json(reel)}</script>
<script>${script}</script>
</body>
</html>
`;
};
