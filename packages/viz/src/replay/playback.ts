/** What the player is doing. `index` is the frame that is shown, of `length` frames. */
export interface Playback {
  readonly index: number;
  readonly length: number;
  readonly playing: boolean;
  readonly direction: 1 | -1;
  readonly speed: number;
  readonly mode: "once" | "loop" | "reflect";
}

/** What can happen to it. `tick` is the clock's; all others are the reader's. */
export type Action =
  | { readonly kind: "tick" | "play" | "pause" | "reverse" | "faster" | "slower" }
  | { readonly kind: "show"; readonly index: number }
  | { readonly kind: "speed"; readonly speed: number }
  | { readonly kind: "mode"; readonly mode: Playback["mode"] };

/**
 * The playback after an action: all rules of the player, and nothing of the page.
 *
 * Playing from the end, with nowhere to go, begins again at the other one.
 */
export const after = (now: Playback, action: Action): Playback => {
  const last = now.length - 1;
  const next = now.index + now.direction;
  const isPast = next < 0 || next > last;
  switch (action.kind) {
    case "show":
      return { ...now, playing: false, index: Math.min(Math.max(action.index, 0), last) };
    case "play":
      return { ...now, playing: last > 0, index: isPast && now.mode === "once" ? last - now.index : now.index };
    case "pause":
      return { ...now, playing: false };
    case "reverse":
      return { ...now, direction: now.direction === 1 ? -1 : 1 };
    case "faster":
      return { ...now, speed: Math.min(now.speed * 2, 8) };
    case "slower":
      return { ...now, speed: Math.max(now.speed / 2, 0.25) };
    case "speed":
      return { ...now, speed: action.speed };
    case "mode":
      return { ...now, mode: action.mode };
    case "tick":
      if (!isPast) return { ...now, index: next };
      if (now.mode === "once") return { ...now, playing: false };
      if (now.mode === "loop") return { ...now, index: last - now.index };
      return {
        ...now,
        direction: now.direction === 1 ? -1 : 1,
        index: Math.min(Math.max(now.index - now.direction, 0), last),
      };
  }
};
