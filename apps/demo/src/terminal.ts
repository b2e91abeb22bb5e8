import { emitKeypressEvents, type Key } from "node:readline";
import { on } from "node:events";
import { type Option, option, pipe } from "@gradfold/core";
import { type Metrics, type Replay, trajectory } from "@gradfold/optim";
import type { Run, State } from "./fit.ts";
import type { Data } from "./problem.ts";
import { screen } from "./screen.ts";

type Place = Replay<State, Metrics>;

/** What a key does: another place, or "quit". A key without a meaning leaves the place as it is. */
export const press = (place: Place, key: string): Place | "quit" => {
  const stay = (to: Option<Place>): Place =>
    pipe(
      to,
      option.getOrElse(() => place),
    );
  switch (key) {
    case "right":
    case "f":
    case "space":
      return stay(trajectory.forward(place));
    case "left":
    case "b":
    case "backspace":
      return stay(trajectory.backward(place));
    case "home":
    case "0":
      return stay(trajectory.replayFrom(place.run, 0));
    case "end":
    case "$":
      return stay(trajectory.replayFrom(place.run, place.run.length - 1));
    case "q":
    case "escape":
    case "ctrl-c":
    case "ctrl-d":
      return "quit";
    default:
      return place;
  }
};

const nameOf = (text: string | undefined, key: Key): string => {
  const name = key.name ?? text ?? "";
  return key.ctrl === true ? `ctrl-${name}` : name;
};

const clear = "\u001b[H\u001b[2J";

/** Steps through a run by keys: on a terminal in place, else one screen a key until the input ends. */
export const walk = async (run: Run, data: Data): Promise<void> => {
  const { stdin, stdout } = process;
  const show = (place: Place): void => {
    stdout.write(`${stdout.isTTY ? clear : ""}${screen(place, data)}\n`);
  };
  const start = trajectory.replayFrom(run, 0);
  if (option.isNone(start)) return;
  let place = start.value;
  emitKeypressEvents(stdin);
  if (stdin.isTTY) stdin.setRawMode(true);
  try {
    show(place);
    for await (const [text, key] of on(stdin, "keypress", { close: ["end", "close"] })) {
      const next = press(place, nameOf(text as string | undefined, key as Key));
      if (next === "quit") return;
      if (next !== place) show(next);
      place = next;
    }
  } finally {
    if (stdin.isTTY) stdin.setRawMode(false);
    stdin.pause();
  }
};
