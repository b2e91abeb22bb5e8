/* Calls that NumPy's users write and that are refused: the words of the compiler and of the error at run time. */
export const refused = {
  "zeros(2, 2)": "zeros: the sizes come as a list: zeros([2, 2])",
  "zeros(3)": "zeros: the sizes come as a list: zeros([3])",
  "ones(2, 3, 4)": "ones: the sizes come as a list: ones([2, 3, 4])",
  "full(2, 3)": "full: the sizes come as a list: full([2], 3)",
  "full(2, 2, 7)": "full: the sizes come as a list: full([2, 2], 7)",
  "array(1, 2)": "array: the numbers come as a list: array([1, 2])",
  "array([1, 2], [3, 4])": "array: the rows come as a list: array([[1, 2], [3, 4]])",
  "reshape(x, 3, 2)": "reshape: the sizes come as a list: reshape(x, [3, 2])",
  "broadcastTo(x, 2, 3)": "broadcastTo: the sizes come as a list: broadcastTo(x, [2, 3])",
  "transpose(x, 1, 0)": "transpose: the axes come as a list: transpose(x, [1, 0])",
  "transpose(x, 1)": "transpose: the axes come as a list: transpose(x, [1])",
  "tile(x, 2, 2)": "tile: the counts come as a list: tile(x, [2, 2])",
  "concatenate(a, b)": "concatenate: the arrays come as a list: concatenate([a, b], 0)",
  "stack(a, b)": "stack: the arrays come as a list: stack([a, b], 0)",
  "meshgrid(a, b)": "meshgrid: the arrays come as a list: meshgrid([a, b])",
  "cumsum(x)": "cumsum: [2, 3] has 2 axes. Name one: cumsum(x, 0)",
  "repeat(x, 2)": "repeat: [2, 3] has 2 axes. Name one: repeat(x, 2, 0)",
  "roll(x, 1)": "roll: [2, 3] has 2 axes. Name one: roll(x, 1, 0)",
} as const;

export type Refused = typeof refused;
