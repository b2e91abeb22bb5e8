import { render } from "@gradfold/viz/node";
import { baseline } from "./contestant.ts";
import { speedFigure } from "./figure.ts";
import type { Outcome } from "./measure.ts";
import { detail, overview } from "./table.ts";
import { workloads } from "./workload.ts";

/** What each peer said that it is. */
const versions = (outcomes: readonly Outcome[], peers: readonly string[]): string =>
  peers
    .flatMap((peer) => {
      const found = outcomes.flatMap(({ measured }) => measured).find((one) => one.peer === peer);
      return found === undefined ? [] : [`${peer}: ${found.version}`];
    })
    .join("; ");

const titleOf = (name: string): string => workloads.find((workload) => workload.name === name)?.title ?? name;

/** The page of all figures, and the picture. */
export const documentation = (outcomes: readonly Outcome[], peers: readonly string[], machine: string) => {
  const parts = [
    "# Speed, measured",
    "Made by `pnpm bench --record`; see [the README](../README.md#speed) for what is compared, and how.",
    `Measured on ${machine}.`,
    `${versions(outcomes, peers)}.`,
    "![Time relative to hand-written loops](speed.svg)",
    overview(outcomes, peers, baseline),
    ...outcomes.flatMap((outcome) => [
      `## ${outcome.workload}: ${titleOf(outcome.workload)}`,
      detail(outcome, baseline),
    ]),
  ];
  return { page: `${parts.join("\n\n")}\n`, picture: render(speedFigure(outcomes, peers, baseline)) };
};

const [begin, end] = ["<!-- speed -->", "<!-- /speed -->"];

/** A text with another table between its marks. */
export const withTable = (text: string, table: string): string => {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md: the table's place is not marked by ${begin} and ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
};
