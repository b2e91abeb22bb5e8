import { DomainError } from "@gradfold/core/library";
import { roomy, stretched } from "../domain.ts";
import type { Domain, Point } from "../figure.ts";
import { isPoint, type Stop } from "../track.ts";
import type { Landscape } from "./surface.ts";

/** The points of each run, by its name. */
export type Paths = readonly (readonly [name: string, stops: readonly Stop[]])[];

/** What has to be in the picture. */
interface Wanted {
  readonly paths: Paths;
  readonly optimum: Point | undefined;
  readonly xDomain: Domain | undefined;
  readonly yDomain: Domain | undefined;
}

/** The margin around the paths, as a part of their extent: names stand there. */
const AIR = 6;

/** At most about so many points of a path are asked for their loss, to find the part of the surface to show. */
const ASKED = 200;

/**
 * Which part of the surface to show. Around the paths, those are the points that are no higher than the starts: one that
 * diverges must not squeeze the others to a dot.
 */
export const windowOf = (
  op: string,
  landscape: Landscape,
  { paths, optimum, xDomain, yDomain }: Wanted,
): readonly [Domain, Domain] => {
  const { known } = landscape;
  const given = [xDomain ?? known?.x, yDomain ?? known?.y] as const;
  if (given[0] !== undefined && given[1] !== undefined) return [given[0], given[1]];
  const points = paths.map(([, stops]) => stops.filter(isPoint));
  const starts = [...points.flatMap((path) => path.slice(0, 1)), ...(optimum === undefined ? [] : [optimum])];
  if (starts.length === 0)
    throw new DomainError(
      `${op}: nothing says which part of the surface to show. Give a path with a finite point, an optimum, or the ` +
        "options xDomain and yDomain.",
    );
  const heightOf = ([x, y]: Point): number => landscape.at(x, y) ?? NaN;
  const highest = Math.max(...starts.map(heightOf).filter((height) => !Number.isNaN(height)));
  const asked = points.flatMap((path) => {
    const every = Math.ceil(path.length / ASKED);
    return path.filter((_, i) => i % every === 0 || i === path.length - 1);
  });
  const shown = [...starts, ...asked.filter((point) => heightOf(point) <= highest)];
  const around = (axis: 0 | 1): Domain => {
    const core = shown.map((point) => point[axis]);
    const all = points.flat().map((point) => point[axis]);
    const [low, high] = stretched(roomy(core, AIR), all);
    return roomy([...core, ...all.filter((value) => value >= low && value <= high)], AIR);
  };
  return [given[0] ?? around(0), given[1] ?? around(1)];
};
