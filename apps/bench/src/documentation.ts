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

const caption = "![Time for each workload, relative to hand-written loops over typed arrays]";

/** Of a workload that was measured in several sizes, the first one. */
const firstSizes = (outcomes: readonly Outcome[]): readonly Outcome[] => {
  const kindOf = ({ workload }: Outcome): string => workload.replace(/:.*/, "");
  return outcomes.filter((outcome, i) => outcomes.findIndex((other) => kindOf(other) === kindOf(outcome)) === i);
};

/** The page of all figures, the picture, and what the README shows of them. */
export const documentation = (outcomes: readonly Outcome[], peers: readonly string[], machine: string) => {
  const parts = [
    "# Speed, measured",
    "Made by `pnpm bench --record`; see [the README](../README.md#speed) for what is compared, and how.",
    `Measured on ${machine}.`,
    `${versions(outcomes, peers)}.`,
    `${caption}(speed.svg)`,
    overview(outcomes, peers, baseline),
    ...outcomes.flatMap((outcome) => [
      `## ${outcome.workload}: ${titleOf(outcome.workload)}`,
      detail(outcome, baseline),
    ]),
  ];
  const excerpt = [
    `${caption}(docs/speed.svg)`,
    `Medians of \`${baseline}\`, and of all others as ratios to them: below 1 is faster (float32, one thread).`,
    "[docs/speed.md](docs/speed.md) has all sizes, times, minima, versions, day and load.",
    overview(firstSizes(outcomes), peers, baseline),
  ];
  return {
    page: `${parts.join("\n\n")}\n`,
    picture: render(speedFigure(outcomes, peers, baseline)),
    excerpt: excerpt.join("\n\n"),
  };
};

const [begin, end] = ["<!-- speed -->", "<!-- /speed -->"];

/** A text with something else between its marks. */
export const withExcerpt = (text: string, excerpt: string): string => {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from)
    throw new Error(`README.md: the place of the figures is not marked by ${begin} and ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${excerpt}\n\n${text.slice(to)}`;
};
