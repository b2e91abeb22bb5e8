import { type Action, after, type Playback } from "./playback.ts";

/**
 * What the page carries as JSON. A column has one text for each frame, joined by bars, and nothing where it is the
 * same as in the frame before: a run that has settled takes no room.
 */
export interface Reel {
  readonly length: number;
  /** The path of the line, or a dash where it is outside the picture. */
  readonly lines: string;
  /** "x,y" of the marker on the loss curve, or a dash where there is no finite loss. */
  readonly markers: string;
  /** A column for each row of the readout. */
  readonly texts: readonly string[];
  /** Milliseconds between frames at speed 1. */
  readonly interval: number;
  readonly autoplay: boolean;
}

/**
 * Runs in the page: hears its controls, and shows a frame by changing a few attributes and texts.
 *
 * - The page is whole without it, but for the controls, which are hidden, and a notice, which stands until this has
 *   found all that it needs: so it stands where scripts may not run.
 * - `find` takes the element's class: a missing or another element is an error at once, and no cast is needed.
 * - The one cast: the reel was written by this very package.
 * - Keys typed in a control mean what they mean there: all of them in a select, arrows, Home and End in the slider,
 *   Space on a button.
 * - A screen reader hears the frame when it stands still, and not once more when the slider, which tells its own
 *   value, has the focus.
 */
export const player = (): void => {
  const find = <E extends Element>(id: string, kind: new () => E): E => {
    const element = document.getElementById(id);
    if (!(element instanceof kind)) throw new Error(`replay: no ${kind.name} #${id}`);
    return element;
  };
  const reel = JSON.parse(find("reel", HTMLScriptElement).text) as Reel;
  const unpack = (column: string): readonly string[] => {
    const texts = column.split("|");
    texts.forEach((text, i) => (texts[i] = text || (texts[i - 1] ?? "")));
    return texts;
  };
  const lines = unpack(reel.lines);
  const markers = unpack(reel.markers);
  const columns = reel.texts.map(unpack);
  const line = document.querySelector("#replay-line path");
  const marker = document.querySelector("#loss-marker circle");
  const values = document.querySelectorAll("dd");
  const names = document.querySelectorAll("dt");
  const controls = find("controls", HTMLElement);
  const slider = find("slider", HTMLInputElement);
  const speed = find("speed", HTMLSelectElement);
  const mode = find("mode", HTMLSelectElement);
  const play = find("play", HTMLButtonElement);
  const reverse = find("reverse", HTMLButtonElement);
  const outside = find("outside", HTMLElement);
  const status = find("status", HTMLElement);
  const notice = find("notice", HTMLElement);

  const set = (element: Element | null, attributes: Readonly<Record<string, string>>): void =>
    Object.entries(attributes).forEach(([name, value]) => element?.setAttribute(name, value));

  const show = (now: Playback): void => {
    const path = lines[now.index] ?? "-";
    const [x, y] = (markers[now.index] ?? "").split(",");
    const texts = columns.map((column) => column[now.index] ?? "");
    const words = texts.map((text, i) => `${names[i]?.textContent} ${text}`).join(", ");
    set(line, { d: path === "-" ? "" : path });
    outside.hidden = path !== "-";
    set(marker, x && y ? { display: "inline", cx: x, cy: y } : { display: "none" });
    texts.forEach((text, i) => values[i]?.replaceChildren(text));
    slider.value = String(now.index);
    set(slider, { "aria-valuetext": words });
    speed.value = String(now.speed);
    mode.value = now.mode;
    controls.toggleAttribute("data-playing", now.playing);
    controls.toggleAttribute("data-reverse", now.direction < 0);
    set(play, { "aria-label": now.playing ? "Pause" : "Play" });
    set(reverse, { "aria-pressed": String(now.direction < 0) });
    if (!now.playing && document.activeElement !== slider) status.textContent = words;
  };

  let now: Playback = { index: 0, length: reel.length, playing: false, direction: 1, speed: 1, mode: "once" };
  let timer = 0;
  const act = (action: Action): void => {
    now = after(now, action);
    show(now);
    window.clearTimeout(timer);
    if (now.playing) timer = window.setTimeout(act, reel.interval / now.speed, { kind: "tick" });
  };

  const commands = (): Readonly<Record<string, Action>> => ({
    first: { kind: "show", index: 0 },
    back: { kind: "show", index: now.index - 1 },
    play: { kind: now.playing ? "pause" : "play" },
    forward: { kind: "show", index: now.index + 1 },
    last: { kind: "show", index: now.length - 1 },
    reverse: { kind: "reverse" },
    faster: { kind: "faster" },
    slower: { kind: "slower" },
  });
  const keys: Readonly<Record<string, string>> = {
    home: "first",
    arrowleft: "back",
    " ": "play",
    arrowright: "forward",
    end: "last",
    r: "reverse",
    "+": "faster",
    "=": "faster",
    "-": "slower",
  };
  const command = (name: string): void => {
    const action = commands()[name];
    if (action) act(action);
  };
  const isOwn = (target: EventTarget | null, key: string): boolean =>
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && /^(Arrow|Home|End)/.test(key)) ||
    (target instanceof HTMLButtonElement && key === " ");

  controls.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (button) command(button.id);
  });
  document.addEventListener("keydown", (event) => {
    const name = keys[event.key.toLowerCase()];
    if (name === undefined || event.ctrlKey || event.altKey || event.metaKey || isOwn(event.target, event.key)) return;
    event.preventDefault();
    if (!event.repeat || name === "back" || name === "forward") command(name);
  });
  slider.addEventListener("input", () => act({ kind: "show", index: Number(slider.value) }));
  speed.addEventListener("change", () => act({ kind: "speed", speed: Number(speed.value) }));
  mode.addEventListener("change", () => {
    const chosen = (["once", "loop", "reflect"] as const).find((name) => name === mode.value);
    if (chosen) act({ kind: "mode", mode: chosen });
  });

  notice.remove();
  controls.hidden = false;
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  act({ kind: reel.autoplay && !isStill ? "play" : "pause" });
};
