import type { Axis, Frame, Point } from "./figure.ts";

/** How far along the axis a value lies: 0 at the low end of the domain, 1 at the high end. */
export const along = ({ scale, domain: [low, high] }: Pick<Axis, "scale" | "domain">, value: number): number => {
  if (scale === "log") return (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low));
  if (Number.isFinite(high - low)) return (value - low) / (high - low);
  // The distance is beyond the numbers, but half of it is not.
  return (value / 2 - low / 2) / (high / 2 - low / 2);
};

/** Where the frame puts a point, in pixels from the top left corner. */
export const position = ({ width, height, margin, x, y }: Frame, point: Point): Point => [
  margin.left + along(x, point[0]) * (width - margin.left - margin.right),
  height - margin.bottom - along(y, point[1]) * (height - margin.top - margin.bottom),
];
