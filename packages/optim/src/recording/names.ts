/* What a recording says of itself in a file, and the names of its tensors. */

export const format = "gradfold";
export const version = 1;

/** The names of tensors: `state/params`, or `state` where the state is a leaf itself. */
export const named = (group: string, path: string): string => (path === "" ? group : `${group}/${path}`);

/** Every metric's name stands behind this, be it the empty one. */
export const metricsGroup = "metrics/";
