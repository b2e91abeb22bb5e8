import type { Axis, Frame, Point } from "./figure.ts";

/** How far along the axis a value lies: 0 at the low end of the domain, 1 at the high end. */
const along = ({ scale, domain: [low, high] }: Axis, value: number): number =>
  scale === "log" ? (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low)) : (value - low) / (high - low);

/** Where the frame puts a point, in pixels from the top left corner: as Plot does, but without a document. */
export const position = ({ width, height, margin, x, y }: Frame, point: Point): Point => [
  margin.left + along(x, point[0]) * (width - margin.left - margin.right),
  height - margin.bottom - along(y, point[1]) * (height - margin.top - margin.bottom),
];
