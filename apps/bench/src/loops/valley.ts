import type { Job } from "../job.ts";
import type { Valley } from "../workload.ts";

type Place = readonly [x: number, y: number];

/** Gradient descent on (1 - x)² + 100 (y - x²)². */
const descend = (steps: number, rate: number): Place => {
  let x = -1.2;
  let y = 1;
  for (let i = 0; i < steps; i++) {
    const b = y - x * x;
    const dx = -2 * (1 - x) - 400 * x * b;
    const dy = 200 * b;
    x -= rate * dx;
    y -= rate * dy;
  }
  return [x, y];
};

const descendByAdam = (steps: number, rate: number): Place => {
  let x = -1.2;
  let y = 1;
  let mx = 0;
  let my = 0;
  let vx = 0;
  let vy = 0;
  let power1 = 1;
  let power2 = 1;
  for (let i = 0; i < steps; i++) {
    const b = y - x * x;
    const dx = -2 * (1 - x) - 400 * x * b;
    const dy = 200 * b;
    power1 *= 0.9;
    power2 *= 0.999;
    mx = 0.9 * mx + 0.1 * dx;
    my = 0.9 * my + 0.1 * dy;
    vx = 0.999 * vx + 0.001 * dx * dx;
    vy = 0.999 * vy + 0.001 * dy * dy;
    const scale = rate / (1 - power1);
    const correction = 1 / (1 - power2);
    x -= (scale * mx) / (Math.sqrt(vx * correction) + 1e-8);
    y -= (scale * my) / (Math.sqrt(vy * correction) + 1e-8);
  }
  return [x, y];
};

export const valley = ({ optimizer, rate, steps, checked }: Valley): Job => {
  const go = optimizer === "gd" ? descend : descendByAdam;
  const kept = new Float64Array(2);
  const run = (units: number) => {
    for (let i = 0; i < units; i++) kept.set(go(steps, rate));
  };
  return { run, check: () => go(checked, rate) };
};
