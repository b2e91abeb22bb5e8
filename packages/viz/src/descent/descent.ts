import { DomainError, optionsOf } from "@gradfold/core/library";
import { finite, isArray, isList, isObject, optional, pair, type Place, reading, refuse } from "../check.ts";
import type { Numbers } from "../column.ts";
import type { Domain, Figure } from "../figure.ts";
import { sentences } from "../label.ts";
import { arranged } from "../layout.ts";
import { checkedOptions, common, commonChecks, type FigureOptions } from "../options.ts";
import { planeChecks, planeDefaults } from "../plane.ts";
import { stopsOf, type Track } from "../track.ts";
import { levelsOf } from "./level.ts";
import { surfaceMarks } from "./relief.ts";
import { routeOf } from "./route.ts";
import { routeMarks } from "./runs.ts";
import { landscapeOf, sampled, type Surface } from "./surface.ts";
import { type Paths, windowOf } from "./window.ts";
import { bareWords, pathWords, placeWords, surfaceWords } from "./words.ts";

/** A loss over two parameters, and the ways of runs over it. */
export interface Descent {
  /** The loss: a function of the two parameters, or a grid of losses. */
  readonly surface: Surface;
  /** The points that each run came by, from its start to its end, by the name of the run. */
  readonly paths?: { readonly [name: string]: Track } | undefined;
  /** Where the loss is lowest, `[x, y]`, if that is known. */
  readonly optimum?: Numbers | undefined;
}

export interface DescentOptions extends FigureOptions {
  /** The name of the first parameter; "x" by default. */
  readonly xLabel?: string;
  /** The name of the second parameter; "y" by default. */
  readonly yLabel?: string;
  /** From where to where the first parameter is shown; by default around the paths, or the whole grid. */
  readonly xDomain?: Domain;
  /** From where to where the second parameter is shown; by default around the paths, or the whole grid. */
  readonly yDomain?: Domain;
  /** Into how many cells the picture is cut in either direction, 8 to 256; default 48. The surface is asked once for each. */
  readonly cells?: number;
}

const op = "descent";

/**
 * A figure of runs over the surface of a loss with two parameters: isolines, darker or lighter the higher they are, and
 * the path of each run with its steps, from a ring at its start to its name at its end.
 *
 * The isolines are at round losses, spaced by their logarithms where the loss has a steep side, so that a valley shows.
 * The picture is around the paths as long as they descend: a run that diverges is drawn up to the edge, and the note says
 * at which step it leaves. Losses of the surface that are not finite stay bare.
 *
 * @throws DomainError for a surface that is neither; for paths or an optimum that are no points; where nothing says which
 *   part of the surface to show; for more than 16 paths; for a bad option
 *
 * @example
 * import { descent } from "gradfold/viz";
 * const bowl = (x: number, y: number) => x * x + y * y;
 * const figure = descent({ surface: bowl, paths: { sgd: [[2, 1], [1, 0.5], [0.5, 0.25]] }, optimum: [0, 0] });
 * figure.note; // => ''
 * figure.description.slice(83);
 * // => 'Path sgd: 2 steps from (2, 1), loss 5, to (0.5, 0.25), loss 0.313. Minimum at (0, 0).'
 */
export const descent = (data: Descent, options?: DescentOptions): Figure => {
  const [{ landscape, paths, optimum }, settings] = reading(op, () => [
    partsOf(data),
    checkedOptions(op, optionsOf(op, options, defaults), checks),
  ]);
  const [x, y] = windowOf(op, landscape, { paths, optimum, ...settings });
  const samples = sampled(landscape, x, y, settings.cells);
  const levels = levelsOf(samples);
  const routes = paths.map(([name, stops]) => routeOf(name, stops, x, y));
  const remarks = [...routes.flatMap((route) => route.remarks), ...bareWords(samples)];
  const base = arranged({
    options: settings,
    name: "Descent over a loss surface",
    description: sentences([
      surfaceWords(samples, levels, settings),
      ...paths.map(([name, stops]) => pathWords(landscape, name, stops)),
      ...(optimum === undefined ? [] : [`minimum at ${placeWords(optimum)}`]),
      ...remarks,
    ]),
    note: remarks.join("; "),
    x: { label: settings.xLabel, scale: "linear", domain: x, minStep: 0 },
    y: { label: settings.yLabel, scale: "linear", domain: y, minStep: 0 },
    right: 20,
  });
  return { ...base, marks: [...surfaceMarks(base, samples, levels), ...routeMarks(base, routes, optimum)] };
};

const defaults = { ...common, ...planeDefaults, idPrefix: "descent" };

const checks = { ...commonChecks, ...planeChecks };

/** More runs than this cannot be told apart by colour and dash. */
const MOST_PATHS = 16;

const partsOf = (data: unknown) => {
  const place: Place = () => `${op}: data`;
  const { surface, paths, optimum } =
    isObject(data) && !isArray(data) ? data : refuse(place, "an object with a surface", data);
  return {
    landscape: landscapeOf(op, "surface", "loss", surface),
    paths: paths === undefined ? [] : pathsOf(paths),
    optimum: optional(pair(finite, "[x, y]"))(optimum, () => `${op}: optimum`),
  };
};

const pathsOf = (given: unknown): Paths => {
  const place: Place = () => `${op}: paths`;
  const named =
    isObject(given) && !isList(given)
      ? given
      : refuse(place, "an object of paths by name", given, 'Write paths: { "my run": points }.');
  const entries = Object.entries(named);
  if (entries.length > MOST_PATHS)
    throw new DomainError(`${op}: ${entries.length} paths are too many to tell apart. Give at most ${MOST_PATHS}.`);
  return entries.map(([name, track]) => [name, stopsOf(op, `paths[${JSON.stringify(name.slice(0, 40))}]`, track)]);
};
